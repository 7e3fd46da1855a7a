"""Many customers at once: each answers 202 with a run that goes on in the background."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.serializers.bulk import (
    CustomerBulkAssign,
    CustomerBulkDelete,
    CustomerBulkTag,
    CustomerBulkUpdate,
)
from customers.selectors import customers_for
from ispplatform.core.api.resources.bulk import BulkRunDetail, accepted_run
from ispplatform.core.api.viewsets import StaffViewSet
from ispplatform.core.bulk import BULK_ACTS
from ispplatform.core.bulk.services import bulk_start
from ispplatform.core.errors import InvalidInput

CHANGE = "customers:update"
NAMED_MISSING = 10


class CustomerBulkViewSet(StaffViewSet):
    """Acts on many customers; `GET /bulk-runs/{id}` tells what became of each."""

    resource_name = "customer"
    schema_tag = "customers"
    throttle_scope = "bulk"
    input_serializers = {
        "tag": CustomerBulkTag,
        "change": CustomerBulkUpdate,
        "assign": CustomerBulkAssign,
        "remove": CustomerBulkDelete,
    }
    permissions_required = {
        "tag": CHANGE,
        "change": CHANGE,
        "assign": CHANGE,
        "remove": "customers:delete",
    }

    @extend_schema(request=CustomerBulkTag, responses={202: BulkRunDetail})
    def tag(self, request: Request) -> Response:
        """Give customers tags, or take tags away from them."""
        body = self.valid()
        name = "customers.tag_remove" if body.pop("remove") else "customers.tag_add"
        return self._started(name, body)

    @extend_schema(request=CustomerBulkUpdate, responses={202: BulkRunDetail})
    def change(self, request: Request) -> Response:
        """Change the same fields of many customers."""
        return self._started("customers.update", self.valid())

    @extend_schema(request=CustomerBulkAssign, responses={202: BulkRunDetail})
    def assign(self, request: Request) -> Response:
        """Say who looks after customers."""
        return self._started("customers.assign", self.valid())

    @extend_schema(request=CustomerBulkDelete, responses={202: BulkRunDetail})
    def remove(self, request: Request) -> Response:
        """Delete customers; one that still has open business is refused, and the others go on."""
        return self._started("customers.delete", self.valid())

    def _started(self, name: str, body: dict[str, Any]) -> Response:
        """Start the act for the customers that the body names; every one must be there."""
        act = BULK_ACTS.get(name)
        if act is None:
            raise LookupError(f"No app declares the bulk act {name}.")
        ids, reason = body.pop("ids"), body.pop("reason")
        known = set(customers_for(self.actor).filter(pk__in=ids).values_list("pk", flat=True))
        if missing := [str(one) for one in ids if one not in known]:
            raise InvalidInput(
                f"{len(missing)} of these ids name no customer.",
                field="ids",
                missing=missing[:NAMED_MISSING],
            )
        run = bulk_start(
            actor=self.actor,
            act=act,
            ids=ids,
            values=body,
            reason=reason,
            selection="Named by a program",
        )
        return accepted_run(run)
