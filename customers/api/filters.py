"""What lists of customers are filtered by."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from customers.api.serializers.fields import TYPE_SYNONYMS
from customers.choices import CustomerStatus, CustomerType
from customers.models import CustomerTag
from customers.rules.names import folded
from ispplatform.core.api.filter_kinds import (
    ChoiceFilter,
    Filter,
    InstantFilter,
    TextFilter,
    UuidFilter,
)
from ispplatform.core.external_refs.api import external_ref_filters


class CustomerTypeFilter(ChoiceFilter):
    """``person`` or ``business``; ``residential`` and ``enterprise`` are understood."""

    def value(self, text: str) -> Any:
        return super().value(TYPE_SYNONYMS.get(text, text))


class TagsFilter(Filter):
    """Names or ids of tags; several find customers who carry any of them."""

    ops = frozenset({"eq", "in"})

    def apply(self, queryset: QuerySet[Any], name: str, op: str, value: Any) -> QuerySet[Any]:
        wanted = value if op == "in" else [value]
        named = Q(tag__folded_name__in=[folded(one) for one in wanted])
        ids = [one for one in wanted if _is_uuid(one)]
        carried = CustomerTag.objects.filter(named | Q(tag_id__in=ids))
        return queryset.filter(pk__in=carried.values("customer_id"))


CUSTOMER_FILTERS: dict[str, Filter] = {
    "status": ChoiceFilter(CustomerStatus),
    "customer_type": CustomerTypeFilter(CustomerType),
    "customer_number": TextFilter(),
    "email": TextFilter(),
    "industry": TextFilter(),
    "size": TextFilter(),
    "language": TextFilter(),
    "assigned_to": UuidFilter("assigned_to_id"),
    "tags": TagsFilter(),
    "created_at": InstantFilter(main=True),
    "updated_at": InstantFilter(),
    **external_ref_filters(),
}

CUSTOMER_SORTS = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "name": "display_name",
    "display_name": "display_name",
    "company_name": "company_name",
    "last_name": "last_name",
    "email": "email",
    "status": "status",
    "customer_number": "customer_number",
}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
