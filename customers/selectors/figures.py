"""Customers with everything that a list or page shows beside them, in one query."""

from django.db.models import FilteredRelation, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from customers.choices import AddressKind
from customers.models import CustomerQuerySet, Note
from customers.slots import customer_figures
from ispplatform.core.tenancy.context import current_scope
from ispplatform.core.tenancy.lookup import tenant_by_id

# What API and back office always show; 0 until the app that knows it has filled the slot.
STANDARD_FIGURES = ("amount_owed", "balance", "services_count")


def customers_with_figures(rows: CustomerQuerySet) -> CustomerQuerySet:
    """Annotate each customer with every figure of the slot, and with ``figures_currency``.

    The currency is the customer's, or the company's while no document has fixed one.
    """
    known = {figure.name: figure.expression() for figure in customer_figures.items()}
    missing = {name: Value(0) for name in STANDARD_FIGURES if name not in known}
    currency = Coalesce(NullIf("currency", Value("")), Value(_company_currency()))
    return rows.annotate(figures_currency=currency, **known, **missing)


def customers_shown(rows: CustomerQuerySet) -> CustomerQuerySet:
    """Return the customers as the API shows them: figures, addresses, the pinned note."""
    addresses = {
        f"{kind}_address": FilteredRelation("addresses", condition=Q(addresses__kind=kind))
        for kind in AddressKind.values
    }
    pinned = Note.objects.filter(customer=OuterRef("pk"), is_pinned=True).values("text")[:1]
    return customers_with_figures(rows).annotate(**addresses, pinned_note=Subquery(pinned))


def _company_currency() -> str:
    """Return the tenant's currency; a constant costs no join with the tenant's row in each list."""
    scope = current_scope()
    if scope is None or scope.tenant_id is None:
        return ""  # the queryset is only built, for the schema: it cannot run like this
    return tenant_by_id(scope.tenant_id).currency
