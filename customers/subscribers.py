"""What customers do when something happened below."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings

from customers.rules.contact_data import country_cleaned, phone_cleaned
from customers.rules.values import AddressData
from customers.services.registration import customer_confirm, customer_ensure
from ispplatform.core.events import DeliveredEvent


def make_customer_of_sign_up(event: DeliveredEvent) -> None:
    """Make the customer of a portal account that was signed up for.

    A visitor's typing error must not cost the customer: a telephone number or country that cannot
    be kept is left out.
    """
    payload = event.payload
    country = _or_nothing(country_cleaned, payload["country"])
    customer_ensure(
        customer_id=UUID(payload["customer_id"]),
        email=payload["email"],
        address=AddressData(country=country) if country else None,
        first_name=payload["first_name"][:100],
        last_name=payload["last_name"][:100],
        company_name=payload["company_name"][:200],
        phone=_or_nothing(phone_cleaned, payload["phone"], country=country),
        language=_spoken(payload.get("language", "")),
    )


def confirm_customer_of_sign_up(event: DeliveredEvent) -> None:
    """Make the customer active whose portal account was confirmed."""
    customer_confirm(customer_id=UUID(event.payload["customer_id"]))


def _spoken(language: str) -> str:
    return language if language in dict(settings.LANGUAGES) else ""


def _or_nothing(clean: Callable[..., str], value: str, **settings: Any) -> str:
    try:
        return clean(value, **settings)
    except ValueError:
        return ""
