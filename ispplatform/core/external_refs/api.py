"""External references in the REST interface: shown, given, filtered by.

``external_refs: [{"system": "crm", "id": "7"}]`` in bodies and answers, ``external_ref=crm:7`` on
lists.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ispplatform.core.api.fields import Beside
from ispplatform.core.api.filter_kinds import AppliedFilter
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.external_refs.selectors import external_refs_by_id, with_external_ref
from ispplatform.core.external_refs.services import external_refs_replace
from ispplatform.core.external_refs.values import REFS_PER_ROW, ExternalRefData


class ExternalRefsField(Beside):
    """The references of each row; one query for all rows."""

    def read(self, model: Any, ids: Sequence[Any]) -> dict[Any, Any]:
        found = external_refs_by_id(model._meta.label_lower, ids)
        return {
            one: [{"system": ref.system, "id": ref.id} for ref in found.get(one, [])] for one in ids
        }


class ExternalRefsExtension(OpenApiSerializerFieldExtension):
    """How the references look in the OpenAPI document."""

    target_class = "ispplatform.core.external_refs.api.ExternalRefsField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        reference = {
            "type": "object",
            "properties": {
                "system": {"type": "string", "examples": ["crm"]},
                "id": {"type": "string", "examples": ["7"]},
            },
            "required": ["system", "id"],
        }
        return {"type": "array", "items": reference}


class ExternalRefInput(StrictSerializer):
    """One reference in a body."""

    # ``id`` is what the other system calls the row: no name to be ignored here.
    ignored_names = frozenset()

    system = serializers.RegexField(r"^[a-z0-9][a-z0-9_.-]{0,39}\Z")
    id = serializers.CharField(max_length=200)

    def to_internal_value(self, data: Any) -> ExternalRefData:
        return ExternalRefData(**super().to_internal_value(data))


def external_refs_input() -> serializers.Field:
    """Return the field ``external_refs`` of an input serializer."""
    return serializers.ListField(child=ExternalRefInput(), required=False, max_length=REFS_PER_ROW)


class ExternalRefsInput(StrictSerializer):
    """All references that a row is to have from now on."""

    external_refs = serializers.ListField(child=ExternalRefInput(), max_length=REFS_PER_ROW)


class ExternalRefsAction:
    """``PUT {resource}/{id}/external-refs``: for rows that the platform made itself.

    The viewset names ``external_refs`` in ``input_serializers`` and ``permissions_required``.
    """

    @action(detail=True, methods=["put"], url_path="external-refs")
    def external_refs(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say what other systems call this row."""
        external_refs_replace(
            actor=self.actor,
            permission=self.permissions_required["external_refs"],
            row=self.row(),
            refs=self.valid()["external_refs"],
        )
        answer: Response = self.show(kwargs["id"], message="Kept.")
        return answer


def external_ref_filters() -> dict[str, AppliedFilter]:
    """Return the filter ``external_ref`` for a list's ``filter_fields``.

    ``external_ref=crm:7`` finds the row that the system calls so, ``external_ref=crm`` all rows
    that it knows.
    """
    return {"external_ref": AppliedFilter(_narrowed)}


def _narrowed(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    system, colon, ref = text.partition(":")
    return with_external_ref(queryset, system=system, ref=ref if colon else None)
