"""What is kept of a value that a caller gave, or why it is refused."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings

from accounts.choices import MembershipStatus
from accounts.models import Membership
from customers.choices import CustomerType
from customers.models import Address, Customer
from customers.rules.contact_data import (
    country_cleaned,
    email_cleaned,
    phone_cleaned,
    vat_number_cleaned,
)
from customers.rules.free_fields import free_fields_refusal, free_fields_stored
from customers.rules.values import AddressData
from ispplatform.core.errors import InvalidInput

TEXTS = ("first_name", "last_name", "company_name", "industry", "size")
FREE_FIELDS = ("custom_fields", "metadata")


def customer_fields_cleaned(values: Mapping[str, Any], *, country: str) -> dict[str, Any]:
    """Return the columns of a customer that ``values`` set, each as it is kept.

    Args:
        values: any of the customer's own fields; ``assigned_to`` as a user's id or None.
        country: of the main address; national telephone and VAT numbers are read by it.

    Raises:
        InvalidInput: a value cannot be kept; ``field`` names it.
    """
    cleaners: dict[str, Callable[[Any], Any]] = {
        **dict.fromkeys(TEXTS, _text),
        **dict.fromkeys(FREE_FIELDS, _free_fields),
        "email": email_cleaned,
        "phone": lambda value: phone_cleaned(value, country=country),
        "vat_number": lambda value: vat_number_cleaned(value, country=country),
        "language": _language,
        "time_zone": _time_zone,
        "customer_type": _customer_type,
        "assigned_to": _assigned_to,
    }
    cleaned = {}
    for field, value in values.items():
        try:
            kept = cleaners[field](value)
        except ValueError as exc:
            raise InvalidInput(str(exc), field=field) from exc
        _refuse_long(Customer, field, kept)
        cleaned["assigned_to_id" if field == "assigned_to" else field] = kept
    return cleaned


def address_cleaned(address: AddressData, *, field: str = "address") -> AddressData:
    """Return the address as it is kept.

    Raises:
        InvalidInput: the country is unknown or a part is too long.
    """
    stripped = AddressData(**{name: _text(value) for name, value in asdict(address).items()})
    try:
        kept = replace(stripped, country=country_cleaned(stripped.country))
    except ValueError as exc:
        raise InvalidInput(str(exc), field=f"{field}.country") from exc
    for name, value in asdict(kept).items():
        _refuse_long(Address, name, value, shown_as=f"{field}.{name}")
    return kept


def _refuse_long(model: type[Any], field: str, value: Any, *, shown_as: str = "") -> None:
    limit = getattr(model._meta.get_field(field), "max_length", None)
    if isinstance(value, str) and limit is not None and len(value) > limit:
        raise InvalidInput(f"At most {limit} characters fit here.", field=shown_as or field)


def _text(value: str) -> str:
    return " ".join(value.split())


def _free_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    if refusal := free_fields_refusal(values):
        raise ValueError(refusal)
    return free_fields_stored(values)


def _language(value: str) -> str:
    if value and value not in dict(settings.LANGUAGES):
        raise ValueError(f"Choose one of {', '.join(dict(settings.LANGUAGES))}.")
    return value


def _time_zone(value: str) -> str:
    if value and value not in available_timezones():
        raise ValueError("Name a time zone like Europe/Berlin.")
    return value


def _customer_type(value: str) -> str:
    if value not in CustomerType.values:
        raise ValueError(f"Choose one of {', '.join(CustomerType.values)}.")
    return value


def _assigned_to(user_id: UUID | None) -> UUID | None:
    if user_id is None:
        return None
    works_here = Membership.objects.filter(user_id=user_id, status=MembershipStatus.ACTIVE)
    if not works_here.exists():
        raise ValueError("Nobody with this id works here.")
    return user_id
