"""Serializer fields of our own: money, moments, free JSON, computed values."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from ispplatform.core.api.json_text import encode_json
from ispplatform.core.api.versions import version_at
from ispplatform.core.money import from_minor, is_exact, minor_digits, round_amount

MONEY_DIGITS = 15  # before the point; 64 bits of minor units hold them for every currency
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class MoneyAmountField(serializers.DecimalField):
    """An amount: a JSON number with the currency's decimals out, a number or a string in.

    ``StrictSerializer`` refuses more decimals than the currency has.

    Args:
        currency_field: the name beside it that holds the ISO code.
    """

    def __init__(self, *, currency_field: str = "currency", **kwargs: Any) -> None:
        self.currency_field = currency_field
        super().__init__(max_digits=MONEY_DIGITS + 4, decimal_places=4, **kwargs)

    def quantize(self, value: Decimal) -> Decimal:
        """Return the value as it is: how many decimals it has is the currency's matter."""
        return value

    def get_attribute(self, instance: Any) -> Any:
        amount = super().get_attribute(instance)
        if amount is None:
            return None
        holder = instance
        for part in self.source_attrs[:-1]:
            holder = holder[part] if isinstance(holder, dict) else getattr(holder, part)
        name = self.currency_field
        currency = holder[name] if isinstance(holder, dict) else getattr(holder, name)
        return round_amount(Decimal(amount), str(currency))

    def to_representation(self, value: Any) -> Any:
        return Decimal(value)

    def from_units(self, units: int | None, currency: str) -> Decimal | None:
        """Return the amount of a column's minor units."""
        return None if units is None else from_minor(units, currency)

    def problem_in(self, amount: Decimal, currency: str) -> str:
        """Return why the amount cannot be one of this currency; empty when it can."""
        if is_exact(amount, currency):
            return ""
        return f"Use at most {minor_digits(currency)} decimals for {currency}."


class InstantField(serializers.DateTimeField):
    """A moment between 1900 and 2200, ISO 8601; in UTC with ``Z`` on the way out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)

    def to_internal_value(self, value: Any) -> datetime:
        moment: datetime = super().to_internal_value(value)
        if not EARLIEST <= moment <= LATEST:
            self.fail("overflow")
        return moment


class FreeJsonField(serializers.JSONField):
    """JSON that belongs to the caller (``metadata``, ``custom_fields``), kept as it was sent.

    Args:
        max_bytes: longest JSON text that is kept.
    """

    default_error_messages = {
        "too_long": "This is longer than {max_bytes} bytes.",
        "not_an_object": "This must be a JSON object.",
        "inexact": "{number} has too many digits to be kept exactly: send it as a string.",
    }

    def __init__(self, *, max_bytes: int = 16_384, **kwargs: Any) -> None:
        self.max_bytes = max_bytes
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        if len(encode_json(data)) > self.max_bytes:
            self.fail("too_long", max_bytes=self.max_bytes)
        kept: dict[str, Any] = self._storable(data)
        return kept

    def _storable(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._storable(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._storable(item) for item in value]
        if isinstance(value, Decimal):
            # A JSON column reads numbers back as floats: only those that survive that are taken.
            number = float(value)
            if Decimal(repr(number)) != value:
                self.fail("inexact", number=value)
            return number
        return value


class VersionField(serializers.IntegerField):
    """The row's version, for ``version`` in a later PUT or PATCH."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"source": "updated_at", "read_only": True, **kwargs})

    def to_representation(self, value: Any) -> int:
        return version_at(value)


class Computed(serializers.Field):
    """A value made from columns of the row.

    Args:
        output: a field that documents the value.
        columns: ORM paths; their values are handed to ``compute`` in this order, as
            ``.values()`` gives them (money in minor units).
        compute: a pure function.
    """

    def __init__(
        self, output: serializers.Field, *columns: str, compute: Callable[..., Any], **kwargs: Any
    ) -> None:
        self.output = output
        self.columns = columns
        self.compute = compute
        super().__init__(**{"source": "*", "read_only": True, **kwargs})

    def to_representation(self, value: Any) -> Any:
        raise TypeError("A computed value needs a RowSerializer.")


class Beside(serializers.Field):
    """Values kept outside the row's table, read once for all rows of an answer.

    Subclasses say in ``read`` where they stand.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"source": "*", "read_only": True, **kwargs})

    def read(self, model: Any, ids: Sequence[Any]) -> dict[Any, Any]:
        """Return the value of each id of ``model``; every id must have one."""
        raise TypeError(f"{type(self).__name__} needs read().")

    def to_representation(self, value: Any) -> Any:
        raise TypeError("A value beside the row needs a RowSerializer.")
