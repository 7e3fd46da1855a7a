"""Answers straight from ``.values_list()``: no model instances, one query however many rows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import ForeignObjectRel, QuerySet
from rest_framework import serializers

from ispplatform.core.api.fields import Beside, Computed, MoneyAmountField, VersionField
from ispplatform.core.api.versions import version_at

Raw = tuple[Any, ...]
Row = dict[str, Any]
Maker = Callable[[Raw], Any]

_REFUSED = (serializers.SerializerMethodField, serializers.ModelField)


class RowSerializer(serializers.Serializer):
    """Declares what a list or detail shows; the columns are read as they are.

    Use plain fields with ``source`` for columns and relations (``source="customer.name"``),
    ``MoneyAmountField`` for money, ``Computed`` for what is made from columns, a nested
    ``RowSerializer`` for an object of a to-one relation, and one with ``many=True`` for a reverse
    foreign key (one more query for all rows together, sorted by its ``row_order``). A ``Beside``
    field reads what stands elsewhere (external references), once for all rows.
    """

    row_order: tuple[str, ...] = ("pk",)

    @classmethod
    def rows(cls, queryset: QuerySet[Any]) -> list[dict[str, Any]]:
        """Return the queryset's rows as plain dicts, in its order and slice."""
        return _plan_of(cls).read(queryset, ())[0]

    def to_representation(self, instance: Any) -> Any:
        raise TypeError(f"{type(self).__name__} shows rows of a queryset: use its rows().")


def read_rows(
    serializer: type[RowSerializer], queryset: QuerySet[Any], columns: Sequence[str]
) -> tuple[list[Row], list[Raw]]:
    """Return the rows of a queryset, and the values of further columns (ORM paths) of each."""
    return _plan_of(serializer).read(queryset, columns)


class _Children:
    """The rows of a reverse foreign key, under one name of their parent."""

    def __init__(self, name: str, source: str, serializer: type[RowSerializer]) -> None:
        self.name = name
        self.source = source
        self.serializer = serializer

    def attach(self, model: Any, shown: list[dict[str, Any]], ids: Iterable[Any]) -> None:
        """Give each parent its list."""
        relation = model._meta.get_field(self.source)
        if not isinstance(relation, ForeignObjectRel):
            raise ImproperlyConfigured(f"{model.__name__}.{self.source} is no reverse foreign key.")
        parents = list(ids)
        key = relation.field.attname
        plan = _plan_of(self.serializer)
        queryset = relation.related_model._default_manager.filter(**{f"{key}__in": parents})
        found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        rows, keys = plan.read(queryset.order_by(*self.serializer.row_order), [key])
        for row, (parent,) in zip(rows, keys, strict=True):
            found[parent].append(row)
        for parent, row in zip(parents, shown, strict=True):
            row[self.name] = found[parent]


class _BesideValues:
    """What a ``Beside`` field reads, under one name of each row."""

    def __init__(self, name: str, field: Beside) -> None:
        self.name = name
        self.field = field

    def attach(self, model: Any, shown: list[dict[str, Any]], ids: Iterable[Any]) -> None:
        """Give each row its value."""
        keys = list(ids)
        found = self.field.read(model, keys) if keys else {}
        for key, row in zip(keys, shown, strict=True):
            row[self.name] = found[key]


class RowPlan:
    """How a serializer's fields are read from columns; made once per class."""

    def __init__(self, serializer: type[RowSerializer]) -> None:
        self.names: list[str] = []
        self.columns: list[str] = []
        self.makers: list[tuple[str, Maker]] = []
        self.children: list[_Children | _BesideValues] = []
        special: list[tuple[str, serializers.Field, str]] = []
        self.template: dict[str, None] = {}
        for name, field in serializer().fields.items():
            self.template[name] = None
            path = str(field.source).replace(".", "__")
            if isinstance(field, _REFUSED):
                raise ImproperlyConfigured(f"{serializer.__name__}.{name}: use Computed.")
            if _is_plain(field):
                self.names.append(name)
                self.columns.append(path)
            else:
                special.append((name, field, path))
        for name, field, path in special:
            self._add_special(name, field, path)

    def read(self, queryset: QuerySet[Any], columns: Sequence[str]) -> tuple[list[Row], list[Raw]]:
        """Return the rows of a queryset, and the values of further columns of each."""
        wanted = [*self.columns, *(name for name in columns if name not in self.columns)]
        if self.children and "pk" not in wanted:
            wanted.append("pk")
        raws = list(queryset.values_list(*wanted))
        shown = [self.row(raw) for raw in raws]
        if self.children:
            key = wanted.index("pk")
            for child in self.children:
                child.attach(queryset.model, shown, [raw[key] for raw in raws])
        places = [wanted.index(name) for name in columns]
        return shown, [tuple(raw[place] for place in places) for raw in raws]

    def row(self, raw: Raw) -> dict[str, Any]:
        """Return one row from its columns, its names in the order of declaration."""
        row: dict[str, Any] = self.template.copy()
        row.update(zip(self.names, raw, strict=False))  # the columns after these are the makers'
        for name, make in self.makers:
            row[name] = make(raw)
        return row

    def _column(self, path: str) -> int:
        if path not in self.columns:
            self.columns.append(path)
        return self.columns.index(path)

    def _add_special(self, name: str, field: Any, path: str) -> None:
        if isinstance(field, serializers.ListSerializer):
            child: Any = field.child
            self.children.append(_Children(name, path, type(child)))
        elif isinstance(field, Beside):
            self.children.append(_BesideValues(name, field))
        else:
            self.makers.append((name, self._maker(field, path)))

    def _maker(self, field: Any, path: str) -> Maker:
        if isinstance(field, MoneyAmountField):
            head, _, _ = path.rpartition("__")
            beside = f"{head}__{field.currency_field}" if head else field.currency_field
            amount, currency = self._column(path), self._column(beside)
            return lambda raw: field.from_units(raw[amount], raw[currency])
        if isinstance(field, VersionField):
            moment = self._column(path)
            return lambda raw: version_at(raw[moment])
        if isinstance(field, Computed):
            places = [self._column(column.replace(".", "__")) for column in field.columns]
            return lambda raw: field.compute(*(raw[place] for place in places))
        return self._nested(field, path)

    def _nested(self, field: Any, path: str) -> Maker:
        """Return the maker of an object behind a to-one relation; None where there is no row."""
        prefix = "" if path == "*" else f"{path}__"
        inner = RowPlan(type(field))
        if inner.children:
            raise ImproperlyConfigured(f"{type(field).__name__} is nested and has lists itself.")
        places = [self._column(f"{prefix}{column}") for column in inner.columns]
        key = self._column(f"{prefix}pk") if prefix else None
        return lambda raw: (
            None
            if key is not None and raw[key] is None
            else inner.row(tuple(raw[place] for place in places))
        )


def _is_plain(field: serializers.Field) -> bool:
    special = (MoneyAmountField, VersionField, Computed, Beside, serializers.BaseSerializer)
    return not isinstance(field, special)


_plans: dict[type[RowSerializer], RowPlan] = {}


def _plan_of(serializer: type[RowSerializer]) -> RowPlan:
    if serializer not in _plans:
        _plans[serializer] = RowPlan(serializer)
    return _plans[serializer]
