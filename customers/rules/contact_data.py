"""Telephone numbers, VAT numbers, e-mail addresses, countries: what is kept of what was typed."""

import re

import phonenumbers
import pycountry
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from stdnum import exceptions as stdnum_errors
from stdnum import get_cc_module
from stdnum.eu import vat as eu_vat

VAT_CHARACTERS = 40
_EU_PREFIXES = {*eu_vat.MEMBER_STATES, "el"}
_PHONE = re.compile(r"\+?[\d\s().,/x-]{3,40}", re.IGNORECASE)


def email_cleaned(value: str) -> str:
    """Return an e-mail address without blanks around it and with its host in lower case.

    Raises:
        ValueError: it is no address; the message is a sentence for people.
    """
    mailbox, at, host = value.strip().rpartition("@")
    address = f"{mailbox}{at}{host.lower()}"
    try:
        validate_email(address)
    except ValidationError as exc:
        raise ValueError("Write an e-mail address like name@example.com.") from exc
    return address


def phone_cleaned(value: str, *, country: str = "") -> str:
    """Return a telephone number in E.164 where it can be read so, else as it was typed.

    Args:
        country: ISO 3166 code whose national numbers are meant when no country code is given.

    Raises:
        ValueError: the text cannot be a telephone number.
    """
    text = value.strip()
    if not text:
        return ""
    if not _PHONE.fullmatch(text) or not re.search(r"\d{2}", text):
        raise ValueError("Write a telephone number like +49 30 901820.")
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_possible_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def vat_number_cleaned(value: str, *, country: str = "") -> str:
    """Return a VAT number in its compact form, with the country's prefix inside the EU.

    Only its form and check digits are looked at; whether it is in use is another question.

    Args:
        country: ISO 3166 code of the customer's address; decides which form a number without an
            EU prefix has.

    Raises:
        ValueError: the check digits or the form are wrong.
    """
    text = re.sub(r"[\s.-]", "", value).upper()
    if not text:
        return ""
    member = country.lower() in eu_vat.MEMBER_STATES
    prefix = "EL" if country == "GR" else country
    if member and not re.match(r"[A-Z]{2}", text):
        text = f"{prefix}{text}"
    try:
        if text[:2].lower() in _EU_PREFIXES:
            return str(eu_vat.validate(text))
        national = get_cc_module(country.lower(), "vat") if country else None
        return str(national.validate(text)) if national else text[:VAT_CHARACTERS]
    except stdnum_errors.ValidationError as exc:
        raise ValueError("This VAT number is not complete or holds a typing error.") from exc


def country_cleaned(value: str) -> str:
    """Return the ISO 3166 code of a country given by code (2 or 3 letters) or English name.

    Raises:
        ValueError: no such country.
    """
    text = value.strip()
    if not text:
        return ""
    found = pycountry.countries.get(alpha_2=text.upper())
    found = found or pycountry.countries.get(alpha_3=text.upper())
    found = found or pycountry.countries.get(name=text)
    if found is None:
        raise ValueError("Name the country by its two letters, for example DE.")
    return str(found.alpha_2)
