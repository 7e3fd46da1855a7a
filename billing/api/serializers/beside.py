"""Rows that hang on a document, read once for all rows of an answer."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.extensions import OpenApiSerializerFieldExtension

from ispplatform.core.api.fields import Beside
from ispplatform.core.api.rows import RowSerializer, read_rows


class RowsBeside(Beside):
    """A list of rows per row.

    Args:
        serializer: what each of them shows.
        find: takes the ids of the answer's rows, returns the queryset of all that hang on them.
        key: the column that names the row on which one hangs.
    """

    def __init__(
        self,
        serializer: type[RowSerializer],
        *,
        find: Callable[[Sequence[Any]], QuerySet[Any]],
        key: str,
        **kwargs: Any,
    ) -> None:
        self.serializer = serializer
        self.find = find
        self.key = key
        super().__init__(**kwargs)

    def read(self, model: Any, ids: Sequence[Any]) -> dict[Any, Any]:
        rows, keys = read_rows(self.serializer, self.find(ids), [self.key])
        found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for row, (key,) in zip(rows, keys, strict=True):
            found[key].append(row)
        return {one: found[one] for one in ids}


class RowsBesideExtension(OpenApiSerializerFieldExtension):
    """How such lists look in the OpenAPI document."""

    target_class = "billing.api.serializers.beside.RowsBeside"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        component = auto_schema.resolve_serializer(self.target.serializer, direction)
        return {"type": "array", "items": component.ref}
