"""Columns for money. SQLite would keep a Decimal as a float; an integer is exact everywhere."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core import checks
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.expressions import Combinable
from django.db.models.query_utils import DeferredAttribute

from ispplatform.core.money.amounts import from_minor, to_minor

RATE_DECIMALS = 8


class MinorUnits(int):
    """A whole number of minor units, as the database keeps it.

    ``values()`` and aggregates over a ``MoneyField`` give these: turn them into an amount with
    ``from_minor(units, currency)``. Look-ups and ``F()`` arithmetic take them too.
    """


class _MoneyAttribute(DeferredAttribute):
    """Shows the stored units as a ``Decimal`` of the row's currency."""

    field: "MoneyField"

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, MinorUnits):
            value = from_minor(value, self.field.currency_of(instance))
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.amount_or_units(value)


class CurrencyField(models.CharField):
    """An ISO 4217 code of three capital letters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 3
        kwargs.setdefault("validators", [RegexValidator(r"^[A-Z]{3}\Z", "Three capital letters.")])
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length")
        kwargs.pop("validators", None)
        return name, path, args, kwargs


class MoneyField(models.BigIntegerField):
    """An amount in the currency that another field of the same row names.

    In Python a ``Decimal`` in major units; in the column a whole number of minor units. Whatever
    is not exact in the currency is refused with ``ValueError`` when the row is saved: rounding is
    a rule's work, never a column's. Floats are refused with ``TypeError``.

    Args:
        currency_field: name of the row's currency field.
    """

    # What the type checker's Django plugin reads.
    _pyi_private_set_type: Decimal | int | str | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]

    descriptor_class = _MoneyAttribute

    def __init__(self, *args: Any, currency_field: str = "currency", **kwargs: Any) -> None:
        self.currency_field = currency_field
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.currency_field != "currency":
            kwargs["currency_field"] = self.currency_field
        return name, path, args, kwargs

    def currency_of(self, instance: models.Model) -> str:
        """Return the currency code beside this amount."""
        return str(getattr(instance, self.currency_field))

    @staticmethod
    def amount_or_units(value: Any) -> Any:
        """Return what may be kept on an instance for an assigned value."""
        if value is None or isinstance(value, MinorUnits | Decimal) or hasattr(value, "as_sql"):
            return value
        if isinstance(value, bool | float):
            raise TypeError(f"{value!r} is not money: use Decimal.")
        if isinstance(value, int | str):
            return Decimal(value)
        return value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> MinorUnits | None:
        return None if value is None else MinorUnits(value)

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Decimal | float):
            raise TypeError("Look money up by MinorUnits: a bare amount names no currency.")
        return super().get_prep_value(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Decimal):
            return MinorUnits(to_minor(value, self.currency_of(model_instance)))
        return value

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, MinorUnits) else self.amount_or_units(value)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        if isinstance(value, Decimal) and model_instance is not None:
            try:
                to_minor(value, self.currency_of(model_instance))
            except ValueError as exc:
                raise ValidationError(str(exc)) from exc
            return value
        return super().clean(value, model_instance)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.pre_save(obj, add=False))

    def check(self, **kwargs: Any) -> list[Any]:
        errors = super().check(**kwargs)
        try:
            self.model._meta.get_field(self.currency_field)
        except FieldDoesNotExist:
            sentence = f"It names no currency: {self.currency_field!r} is not a field of the row."
            errors.append(checks.Error(sentence, obj=self, id="core.E001"))
        return errors

    def formfield(self, **kwargs: Any) -> Any:
        return models.Field.formfield(
            self, **{"form_class": forms.DecimalField, "max_digits": 18, **kwargs}
        )


class RateField(models.BigIntegerField):
    """A unit price or a rate: a ``Decimal`` with at most eight decimals, scaled by 10^8.

    Raises:
        TypeError: on a float.
        ValueError: on more than eight decimals.
    """

    _pyi_private_set_type: Decimal | int | str | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-RATE_DECIMALS)

    def get_prep_value(self, value: Any) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool | float):
            raise TypeError(f"{value!r} is not a rate: use Decimal.")
        scaled = Decimal(value).scaleb(RATE_DECIMALS)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {RATE_DECIMALS} decimals.")
        return int(scaled)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        if isinstance(value, bool | float):
            raise TypeError(f"{value!r} is not a rate: use Decimal.")
        return Decimal(value)
