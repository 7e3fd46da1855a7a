"""Identity providers: where colleagues log in instead of here."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers.identity_providers import (
    PROOF,
    IdentityProviderChange,
    IdentityProviderInput,
    IdentityProviderRow,
)
from accounts.models import IdentityProvider, User
from accounts.selectors.principals import SessionEntry
from accounts.services.fresh_proofs import identity_prove
from accounts.services.identity_providers import (
    identity_provider_create,
    identity_provider_delete,
    identity_provider_test,
    identity_provider_update,
    may_decide_who_is_whom,
)
from ispplatform.core.api.filter_kinds import InstantFilter, TextFilter
from ispplatform.core.api.viewsets import (
    CreateAction,
    DestroyAction,
    Expected,
    ListAction,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)
from ispplatform.core.errors import InvalidInput, NotPermitted


class IdentityProviderViewSet(
    ListAction, RetrieveAction, CreateAction, UpdateAction, DestroyAction, StaffViewSet
):
    """OpenID Connect providers that vouch for colleagues.

    Making and changing one takes a colleague who may do everything, in person: password and code
    are asked for once more.
    """

    resource_name = "identity provider"
    row_serializer = IdentityProviderRow
    input_serializers = {"create": IdentityProviderInput, "update": IdentityProviderChange}
    permissions_required = {
        "list": "identity_providers:read",
        "retrieve": "identity_providers:read",
        "create": "identity_providers:manage",
        "update": "identity_providers:manage",
        "partial_update": "identity_providers:manage",
        "destroy": "identity_providers:manage",
        "test": "identity_providers:manage",
    }
    own_transactions = frozenset({"create", "test"})
    filter_fields = {"name": TextFilter(), "created_at": InstantFilter(main=True)}
    sort_fields = ("created_at", "updated_at", "name")

    def get_queryset(self) -> QuerySet[IdentityProvider]:
        return IdentityProvider.objects.all()

    def perform_create(self, values: dict[str, Any]) -> UUID:
        self._prove(values)
        return identity_provider_create(actor=self.actor, **_without_proof(values)).pk

    def perform_update(
        self, row: IdentityProvider, values: Mapping[str, Any], expected: Expected
    ) -> None:
        self._prove(values)
        identity_provider_update(
            actor=self.actor,
            provider_id=row.pk,
            changes=_without_proof(values),
            expected=expected,
        )

    def perform_destroy(self, row: IdentityProvider, expected: Expected) -> None:
        identity_provider_delete(actor=self.actor, provider_id=row.pk, expected=expected)

    @extend_schema(request=None, responses={200: IdentityProviderRow})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, id: UUID) -> Response:
        """Read what the provider says of itself and its keys; ``state`` says what came of it."""
        tested = identity_provider_test(actor=self.actor, provider_id=self.row().pk)
        return self.show(id, message=tested.state_sentence)

    def _prove(self, values: Mapping[str, Any]) -> None:
        """Return when the caller is a person and has shown who they are once more.

        Raises:
            NotPermitted: a program asks, for itself or for somebody.
            PasswordWrong, SecondFactorWrong: it was not shown; counts as a failed log-in.
        """
        may_decide_who_is_whom(self.actor)
        entry: SessionEntry | None = self.request._request.session_entry
        if entry is None or entry.client_id is not None:
            raise NotPermitted("Only a person sets identity providers up, no program.")
        if not values.get("password"):
            raise InvalidInput("Show your own password once more.", field="password")
        identity_prove(
            actor=self.actor,
            tenant=self.request.tenant,
            user=User.objects.get(pk=entry.user_id),
            password=values["password"],
            code=values.get("code", ""),
        )


def _without_proof(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in PROOF}
