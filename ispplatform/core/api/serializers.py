"""Input serializers that take exactly what they know."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from ispplatform.core.api.fields import InstantField, MoneyAmountField
from ispplatform.core.tenancy.context import current_scope
from ispplatform.core.tenancy.lookup import tenant_by_id

__all__ = ["StrictModelSerializer", "StrictSerializer"]


class _Strict:
    """Refuses names that the serializer does not have, and amounts their currency cannot have.

    ``synonyms`` maps other documented names of a field to ours. Fields declared ``read_only``
    may be sent (clients send back what they read) and are ignored; so is ``version``, which
    ``expected_version`` reads.
    """

    synonyms: Mapping[str, str] = {}
    ignored_names = frozenset({"id", "created_at", "updated_at", "version"})

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            data = self._renamed(data)
            self._refuse_unknown(data)
        values = super().to_internal_value(data)
        self._refuse_inexact(values)
        return values

    def _renamed(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.synonyms.keys() & data.keys():
            return data
        renamed: dict[str, Any] = {}
        for name, value in data.items():
            ours = self.synonyms.get(name, name)
            if ours in renamed:
                raise _refusal(ours, "This is given under two names.", "duplicate")
            renamed[ours] = value
        return renamed

    def _refuse_unknown(self, data: Mapping[str, Any]) -> None:
        known = self.fields.keys() | self.ignored_names
        unknown = [name for name in data if name not in known]
        if unknown:
            raise ValidationError(
                {name: [ErrorDetail("This field is not known.", "unknown")] for name in unknown}
            )

    def _refuse_inexact(self, values: Mapping[str, Any]) -> None:
        problems = {}
        for name, field in self.fields.items():
            amount = values.get(str(field.source)) if isinstance(field, MoneyAmountField) else None
            if isinstance(amount, Decimal):
                currency = self._currency_beside(values, field.currency_field)
                if problem := field.problem_in(amount, currency):
                    problems[name] = [ErrorDetail(problem, "too_many_decimals")]
        if problems:
            raise ValidationError(problems)

    def _currency_beside(self, values: Mapping[str, Any], name: str) -> str:
        if currency := values.get(name):
            return str(currency)
        instance = getattr(self, "instance", None)
        if isinstance(instance, models.Model) and hasattr(instance, name):
            return str(getattr(instance, name))
        if named := self.context.get("currency"):
            return str(named)
        scope = current_scope()
        if scope is None or scope.tenant_id is None:
            raise LookupError(f"No {name} beside the amount, and no tenant whose currency holds.")
        return tenant_by_id(scope.tenant_id).currency


class StrictSerializer(_Strict, serializers.Serializer):
    """The base of every input: unknown names, wrong forms and inexact amounts are refused."""


class StrictModelSerializer(_Strict, serializers.ModelSerializer):
    """The same over a model's fields; moments are bounded, services still do the writing."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: InstantField,
    }


def _refusal(field: str, sentence: str, code: str) -> ValidationError:
    return ValidationError({field: [ErrorDetail(sentence, code)]})
