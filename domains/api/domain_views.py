"""Names for staff and for their holders."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from customers.models import Customer
from domains.api.serializers import (
    AvailabilityInput,
    DelegationCheckRow,
    DomainChange,
    DomainDetail,
    DomainNoInput,
    DomainRow,
    LockInput,
    NameAnswerRow,
    NameServersInput,
    PortalDomainDetail,
    PortalDomainRow,
    RegistrantInput,
    RenewInput,
)
from domains.choices import DomainStatus
from domains.errors import DelegationNotChecked
from domains.models import DelegationCheck, Domain
from domains.selectors.availability import NameAnswer, names_answers
from domains.selectors.domains import domains_for
from domains.services.delegation import delegation_check_start
from domains.services.registrants import registrant_ensure
from domains.services.renewal import domain_renew
from domains.services.settings import (
    domain_auth_code,
    domain_set_auto_renew,
    domain_set_lock,
    domain_set_name_servers,
    domain_set_registrant,
)
from ispplatform.core.api.filter_kinds import (
    BooleanFilter,
    ChoiceFilter,
    Filter,
    InstantFilter,
    TextFilter,
    UuidFilter,
    include_deleted_filter,
)
from ispplatform.core.api.permissions import PUBLIC
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.views import PORTAL, STAFF, ApiView
from ispplatform.core.api.viewsets import (
    Expected,
    ListAction,
    PortalViewSet,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)
from ispplatform.core.external_refs.api import (
    ExternalRefsAction,
    ExternalRefsInput,
    external_ref_filters,
)
from ispplatform.core.ids import uuid7

FILTERS: dict[str, Filter] = {
    "customer_id": UuidFilter(),
    "service_id": UuidFilter(),
    "name": TextFilter(),
    "tld": TextFilter(),
    "status": ChoiceFilter(DomainStatus),
    "auto_renew": BooleanFilter(),
    "expires_at": InstantFilter(),
    "created_at": InstantFilter(main=True),
    "updated_at": InstantFilter(),
    **external_ref_filters(),
    **include_deleted_filter(),
}
SORTS = ("created_at", "updated_at", "expires_at", "name", "status")


class DomainActs:
    """What the holder, and staff, may do about a name."""

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Narrow to names that hold ``text`` in either of their forms."""
        return queryset.filter(
            Q(name__icontains=text.lower()) | Q(unicode_name__icontains=text.lower())
        )

    def perform_update(self: Any, row: Any, values: dict[str, Any], expected: Expected) -> None:
        if "auto_renew" in values:
            domain_set_auto_renew(actor=self.actor, domain=row, enabled=values["auto_renew"])

    @action(detail=True, methods=["post"])
    def lock(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Forbid or allow the move to another registrar."""
        domain_set_lock(actor=self.actor, domain=self.row(), locked=self.valid()["locked"])
        answer: Response = self.show(kwargs["id"], message=_("The registrar is being told."))
        return answer

    @action(detail=True, methods=["put"])
    def nameservers(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Point the name at other name servers."""
        servers = self.valid()["name_servers"]
        domain_set_name_servers(actor=self.actor, domain=self.row(), name_servers=servers)
        answer: Response = self.show(kwargs["id"], message=_("The registrar is being told."))
        return answer

    @action(detail=True, methods=["put"])
    def contacts(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make somebody else of the same customer the holder."""
        row, details = self.row(), self.valid()
        holder = registrant_ensure(
            actor=self.actor,
            customer=Customer.objects.get(pk=row.customer_id),
            details=details,
        )
        domain_set_registrant(actor=self.actor, domain=row, registrant=holder)
        answer: Response = self.show(row.pk, message=_("The registrar is being told."))
        return answer

    @extend_schema(request=DomainNoInput, responses={200: dict})
    @action(detail=True, methods=["post"], url_path="transfer-code")
    def transfer_code(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask the registrar for the transfer code; it is kept nowhere."""
        self.valid()
        code = domain_auth_code(actor=self.actor, domain=self.row())
        return ApiResponse({"transfer_code": code}, headers={"Cache-Control": "no-store"})

    @extend_schema(methods=["get"], responses={200: DelegationCheckRow})
    @extend_schema(methods=["post"], request=DomainNoInput, responses={202: DelegationCheckRow})
    @action(detail=True, methods=["get", "post"], url_path="dns-check")
    def dns_check(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tell what the world was last found to see of the name; POST looks again."""
        row = self.row()
        if request.method == "POST":
            self.valid()
            delegation_check_start(actor=self.actor, domain=row)
        found = DelegationCheckRow.rows(DelegationCheck.objects.filter(domain=row))
        if not found:
            raise DelegationNotChecked("Nobody has looked at this name from outside yet.")
        return ApiResponse(found[0], status=202 if request.method == "POST" else 200)


INPUTS: dict[str, Any] = {
    "update": DomainChange,
    "lock": LockInput,
    "nameservers": NameServersInput,
    "contacts": RegistrantInput,
    "transfer_code": DomainNoInput,
    "dns_check": DomainNoInput,
    "renew": RenewInput,
}
PERMISSIONS = {
    "list": "domains:read",
    "retrieve": "domains:read",
    "update": "domains:update",
    "partial_update": "domains:update",
    "dns_check": "domains:read",
    "lock": "domains:update",
    "nameservers": "domains:update",
    "contacts": "domains:update",
    "transfer_code": "domains:transfer",
}


class DomainViewSet(
    DomainActs, ExternalRefsAction, ListAction, RetrieveAction, UpdateAction, StaffViewSet
):
    """Names that customers hold through us."""

    resource_name = "domain"
    row_serializer = DomainRow
    detail_serializer = DomainDetail
    input_serializers = {**INPUTS, "external_refs": ExternalRefsInput}
    permissions_required = {
        **PERMISSIONS,
        "renew": "domains:renew",
        "external_refs": "domains:update",
    }
    own_transactions = frozenset({"transfer_code"})
    secret_answers = frozenset({"transfer_code"})
    filter_fields = FILTERS
    sort_fields = SORTS
    searchable = True

    def get_queryset(self) -> QuerySet[Domain]:
        return domains_for(self.actor)

    @action(detail=True, methods=["post"])
    def renew(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Renew a name now, whatever was paid."""
        years = self.valid()["years"]
        domain_renew(actor=self.actor, domain=self.row(), years=years, key=f"staff:{uuid7()}")
        return self.show(kwargs["id"], message=_("The renewal is on its way."))


class PortalDomainViewSet(DomainActs, ListAction, RetrieveAction, UpdateAction, PortalViewSet):
    """Names that the customer holds."""

    resource_name = "domain"
    row_serializer = PortalDomainRow
    detail_serializer = PortalDomainDetail
    input_serializers = INPUTS
    permissions_required = PERMISSIONS
    own_transactions = frozenset({"transfer_code"})
    secret_answers = frozenset({"transfer_code"})
    list_key = "domains"
    filter_fields = {
        "name": TextFilter(),
        "status": ChoiceFilter(DomainStatus),
        "expires_at": InstantFilter(),
        "updated_at": InstantFilter(),
    }
    sort_fields = SORTS
    searchable = True

    def get_queryset(self) -> QuerySet[Domain]:
        return domains_for(self.actor)


class AvailabilityView(ApiView):
    """Whether names can be registered, and by which plan."""

    audience = STAFF
    permissions_required = {"post": "domains:read"}
    own_transactions = frozenset({"post"})
    throttle_scope = "search"

    @extend_schema(request=AvailabilityInput, responses={200: NameAnswerRow(many=True)})
    def post(self, request: Request) -> Response:
        """Ask the registrar for up to twenty names."""
        answers = names_answers(self.body(AvailabilityInput)["names"])
        return ApiResponse([_answer_told(answer) for answer in answers])


class PortalAvailabilityView(AvailabilityView):
    """Whether names can be registered, for customers and visitors."""

    audience = PORTAL
    permissions_required = {"post": PUBLIC}


def _answer_told(answer: NameAnswer) -> dict[str, Any]:
    return {
        "asked": answer.asked,
        "name": answer.name.ascii if answer.name else None,
        "unicode_name": answer.name.unicode if answer.name else None,
        "status": str(answer.status),
        "is_available": answer.is_available,
        "plan_id": answer.plan.pk if answer.plan else None,
        "premium_price": answer.price,
        "currency": answer.currency or None,
        "sentence": answer.sentence,
    }
