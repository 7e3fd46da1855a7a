"""The actions that resources are made of. Reading goes through selectors, writing to services."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ViewSetMixin

from ispplatform.core.api.json_text import encode_json
from ispplatform.core.api.listing import ListAction
from ispplatform.core.api.responses import DONE, ApiResponse
from ispplatform.core.api.rows import RowSerializer, read_rows
from ispplatform.core.api.versions import (
    check_version,
    entity_tag,
    expected_version,
    tag_matches,
    version_at,
)
from ispplatform.core.api.views import PORTAL, STAFF, ApiView
from ispplatform.core.errors import NotFound

Expected = int | frozenset[int] | None


class HouseViewSet(ViewSetMixin, ApiView):
    """The base of resources with an id in their address.

    Attributes:
        row_serializer: what a list shows of a row.
        detail_serializer: what a single resource shows; ``row_serializer`` when not given.
        input_serializers: for each writing action the serializer of its body.
        resource_name: what people call one of these, for error sentences: "invoice".
    """

    lookup_field = "pk"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"

    row_serializer: type[RowSerializer]
    detail_serializer: type[RowSerializer] | None = None
    input_serializers: Mapping[str, type[BaseSerializer]] = {}
    resource_name = "object"

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows that the caller may see, from a selector."""
        raise TypeError(f"{type(self).__name__} needs get_queryset().")

    def row(self, pk: UUID | None = None) -> Any:
        """Return the model instance that the address names.

        Raises:
            NotFound: there is none that the caller may see.
        """
        wanted = pk or self.kwargs[self.lookup_url_kwarg]
        found = self.get_queryset().filter(pk=wanted).first()
        if found is None:
            raise self.not_found()
        return found

    def not_found(self) -> NotFound:
        """Return the one error for rows that are not there and rows that the caller may not see."""
        return NotFound(f"There is no such {self.resource_name}.")

    def valid(self, *, partial: bool = False, instance: Any = None) -> dict[str, Any]:
        """Return the checked values of the body, by the action's input serializer.

        Raises:
            ValidationError: the form is wrong, or a name is unknown.
        """
        action = "update" if self.action_name == "partial_update" else self.action_name
        serializer = self.input_serializers[action](
            instance, data=self.request.data, partial=partial, context=self.input_context()
        )
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def input_context(self) -> dict[str, Any]:
        """Return what input serializers may read: the request, the view, the actor."""
        return {"request": self.request, "view": self, "actor": self.actor}

    def expected_version(self) -> Expected:
        """Return what ``If-Match`` or the body's ``version`` demands, for services to check."""
        return expected_version(self.request.headers, self.request.data)

    def show(
        self,
        pk: UUID,
        *,
        status: int = 200,
        message: str = DONE,
        extra: Mapping[str, Any] | None = None,
    ) -> Response:
        """Return the answer that shows one resource, with its ``ETag``.

        Args:
            extra: names added to ``data``.

        Raises:
            NotFound: there is none that the caller may see.
        """
        queryset = self.get_queryset().filter(pk=pk)
        stamp = "updated_at" if hasattr(queryset.model, "updated_at") else "pk"
        shown, stamps = read_rows(self.detail_serializer or self.row_serializer, queryset, [stamp])
        if not shown:
            raise self.not_found()
        data = {**shown[0], **extra} if extra else shown[0]
        headers = {"Cache-Control": "private, no-cache"}
        if stamp == "updated_at":
            headers["ETag"] = entity_tag(version_at(stamps[0][0]), encode_json(data))
        return ApiResponse(data, status, message=message, headers=headers)


class RetrieveAction:
    """``GET`` of one resource; ``If-None-Match`` saves sending it again."""

    def retrieve(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one resource."""
        answer: Response = self.show(kwargs[self.lookup_url_kwarg])
        seen, tag = request.headers.get("If-None-Match"), answer.get("ETag")
        if seen and tag and tag_matches(seen, tag):
            return ApiResponse(
                status=304, headers={"ETag": tag, "Cache-Control": answer["Cache-Control"]}
            )
        return answer


class CreateAction:
    """``POST`` to a collection. The viewset says in ``perform_create`` which service does it."""

    def perform_create(self, values: dict[str, Any]) -> UUID:
        """Call the service with the checked values and return the new row's id."""
        raise TypeError(f"{type(self).__name__} needs perform_create().")

    def create(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create a resource and return it."""
        pk = self.perform_create(self.valid())
        answer: Response = self.show(
            pk, status=201, message=f"{self.resource_name.capitalize()} created."
        )
        answer["Location"] = f"{request.path}/{pk}"
        return answer


class UpdateAction:
    """``PUT`` and ``PATCH`` of one resource: both merge. ``perform_update`` names the service."""

    def perform_update(self, row: Any, values: dict[str, Any], expected: Expected) -> None:
        """Call the service; it checks ``expected`` again under its lock (``check_version``)."""
        raise TypeError(f"{type(self).__name__} needs perform_update().")

    def update(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what the body names, and return the resource."""
        row, expected = self.row(), self.expected_version()
        check_version(row, expected)
        self.perform_update(row, self.valid(partial=True, instance=row), expected)
        answer: Response = self.show(row.pk)
        return answer

    def partial_update(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what the body names, and return the resource."""
        answer: Response = self.update(request, *args, **kwargs)
        return answer


class DestroyAction:
    """``DELETE`` of one resource. ``perform_destroy`` names the service."""

    def perform_destroy(self, row: Any, expected: Expected) -> None:
        """Call the service; it checks ``expected`` again under its lock (``check_version``)."""
        raise TypeError(f"{type(self).__name__} needs perform_destroy().")

    def destroy(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete, cancel or end the resource."""
        row, expected = self.row(), self.expected_version()
        check_version(row, expected)
        self.perform_destroy(row, expected)
        return ApiResponse(None, message=f"{self.resource_name.capitalize()} deleted.")


class StaffViewSet(HouseViewSet):
    """A resource of ``/api/v1``; combine with the actions it has."""

    audience = STAFF


class PortalViewSet(HouseViewSet):
    """A resource of ``/api/portal/v1``: its queryset is narrowed to the caller's customer."""

    audience = PORTAL

    @property
    def customer_id(self) -> UUID:
        """The customer whose portal account asks."""
        customer_id = self.actor.customer_id
        if customer_id is None:
            raise self.not_found()
        return customer_id


__all__ = [
    "CreateAction",
    "DestroyAction",
    "Expected",
    "HouseViewSet",
    "ListAction",
    "PortalViewSet",
    "RetrieveAction",
    "StaffViewSet",
    "UpdateAction",
]
