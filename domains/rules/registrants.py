"""Who holds a name: what every registry asks for, and in which form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import phonenumbers

from domains.errors import RegistrantIncomplete

_NEEDED = {
    "first_name": "a first name",
    "last_name": "a last name",
    "email": "an e-mail address",
    "phone": "a telephone number",
    "street": "a street",
    "city": "a town",
    "postal_code": "a postal code",
    "country": "a country",
}
_COUNTRY = re.compile(r"[A-Z]{2}")
_E_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactDetails:
    """A registrant as registries want it.

    Args:
        reference: our stable id; back ends with contact objects derive their handle from it.
        phone: ``+49.301234567`` (RFC 5733 s. 2.5).
        country: ISO 3166-1 alpha-2.
        extra: what some endings ask for beyond this, by their own names.
    """

    reference: str
    is_company: bool
    first_name: str
    last_name: str
    company_name: str
    email: str
    phone: str
    street: str
    street2: str
    city: str
    state: str
    postal_code: str
    country: str
    extra: dict[str, str]


def registrant_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a holder's details trimmed and in the forms that registries want.

    Args:
        values: the fields of ``ContactDetails`` without ``reference``; missing ones count as empty.

    Raises:
        RegistrantIncomplete: ``field`` names the first that is missing or of the wrong form.

    Source: RFC 5733 s. 2.5 (telephone), RAA 2013 s. 3.3.1 (what has to be published).
    """
    names = (*_NEEDED, "company_name", "street2", "state")
    cleaned = {name: str(values.get(name) or "").strip() for name in names}
    cleaned["country"] = cleaned["country"].upper()
    is_company = bool(values.get("is_company"))
    for name, what in _NEEDED.items():
        if not cleaned[name]:
            raise RegistrantIncomplete(f"The holder needs {what}.", field=name)
    if is_company and not cleaned["company_name"]:
        raise RegistrantIncomplete("The holder needs a company name.", field="company_name")
    if not _COUNTRY.fullmatch(cleaned["country"]):
        raise RegistrantIncomplete("Use a country code such as DE.", field="country")
    if not _E_MAIL.fullmatch(cleaned["email"]):
        raise RegistrantIncomplete("This is no e-mail address.", field="email")
    cleaned["phone"] = epp_phone(cleaned["phone"], country=cleaned["country"])
    extra = {str(key): str(value) for key, value in dict(values.get("extra") or {}).items()}
    return {**cleaned, "is_company": is_company, "extra": extra}


def epp_phone(text: str, *, country: str) -> str:
    """Return a telephone number as ``+49.301234567``.

    Args:
        country: where a number without a country code belongs.

    Raises:
        RegistrantIncomplete: no number that could be dialled.

    Source: RFC 5733 s. 2.5, ITU-T E.164.
    """
    try:
        number = phonenumbers.parse(re.sub(r"^(\+\d{1,3})\.", r"\1", text.strip()), country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise RegistrantIncomplete(
            "Use a telephone number with its country code, such as +49 30 1234567.", field="phone"
        )
    return f"+{number.country_code}.{phonenumbers.national_significant_number(number)}"
