"""Holders in the form that Route 53 Domains takes them in."""

from collections.abc import Mapping
from typing import Any

from domains.rules.registrants import ContactDetails
from ispplatform.core.errors import ProviderRejected

PERSON = "PERSON"
COMPANY = "COMPANY"
CONTACT_TYPE = "CONTACT_TYPE"  # our name of the one property that is no extra parameter there
CONTACT_TYPES = frozenset({PERSON, COMPANY, "ASSOCIATION", "PUBLIC_BODY", "RESELLER"})
EXTRA_NAMES = frozenset(
    {
        "AU_ELIGIBILITY_TYPE",
        "AU_ID_NUMBER",
        "AU_ID_TYPE",
        "AU_POLICY_REASON",
        "AU_PRIORITY_TOKEN",
        "AU_REGISTRANT_NAME",
        "BIRTH_CITY",
        "BIRTH_COUNTRY",
        "BIRTH_DATE_IN_YYYY_MM_DD",
        "BIRTH_DEPARTMENT",
        "BRAND_NUMBER",
        "CA_BUSINESS_ENTITY_TYPE",
        "CA_LEGAL_REPRESENTATIVE",
        "CA_LEGAL_REPRESENTATIVE_CAPACITY",
        "CA_LEGAL_TYPE",
        "DOCUMENT_NUMBER",
        "DUNS_NUMBER",
        "ES_IDENTIFICATION",
        "ES_IDENTIFICATION_TYPE",
        "ES_LEGAL_FORM",
        "EU_COUNTRY_OF_CITIZENSHIP",
        "FI_BUSINESS_NUMBER",
        "FI_ID_NUMBER",
        "FI_NATIONALITY",
        "FI_ORGANIZATION_TYPE",
        "IT_NATIONALITY",
        "IT_PIN",
        "IT_REGISTRANT_ENTITY_TYPE",
        "RU_PASSPORT_DATA",
        "SE_ID_NUMBER",
        "SG_ID_NUMBER",
        "UK_COMPANY_NUMBER",
        "UK_CONTACT_TYPE",
        "VAT_NUMBER",
    }
)
# What a registry cannot do without, whoever the holder is.
_NEEDED = {
    "au": ("AU_REGISTRANT_NAME", "AU_ID_NUMBER", "AU_ID_TYPE", "AU_ELIGIBILITY_TYPE"),
    "ca": ("CA_LEGAL_TYPE",),
    "es": ("ES_IDENTIFICATION", "ES_IDENTIFICATION_TYPE", "ES_LEGAL_FORM"),
    "it": ("IT_PIN", "IT_REGISTRANT_ENTITY_TYPE"),
    "ru": ("BIRTH_DATE_IN_YYYY_MM_DD", "RU_PASSPORT_DATA"),
    "se": ("BIRTH_COUNTRY", "SE_ID_NUMBER"),
    "sg": ("SG_ID_NUMBER",),
    "uk": ("UK_CONTACT_TYPE",),
}


def contact_detail(holder: ContactDetails, *, name: str) -> dict[str, Any]:
    """Return a holder as a ``ContactDetail`` for a name.

    ``holder.extra`` gives the extra parameters by Amazon's names; others in it are left out, since
    they are for other registrars. ``CONTACT_TYPE`` there makes an association or a public body.

    Args:
        name: A-labels; its ending decides which extra parameters are needed.

    Raises:
        ProviderRejected: the ending needs an extra parameter that the holder lacks.

    Source: Amazon Route 53 Domains API 2014-05-15, types ContactDetail and ExtraParam.
    """
    contact_type = holder.extra.get(CONTACT_TYPE) or (COMPANY if holder.is_company else PERSON)
    if contact_type not in CONTACT_TYPES:
        raise ProviderRejected(f"Amazon knows no sort of holder {contact_type}.")
    _check_extra(holder.extra, name)
    detail: dict[str, Any] = {
        "FirstName": holder.first_name,
        "LastName": holder.last_name,
        "ContactType": contact_type,
        "AddressLine1": holder.street,
        "City": holder.city,
        "CountryCode": holder.country,
        "ZipCode": holder.postal_code,
        "PhoneNumber": holder.phone,
        "Email": holder.email,
    }
    if contact_type != PERSON:
        detail["OrganizationName"] = holder.company_name
    if holder.street2:
        detail["AddressLine2"] = holder.street2
    if holder.state:
        detail["State"] = holder.state
    extra = [
        {"Name": key, "Value": value}
        for key, value in sorted(holder.extra.items())
        if key in EXTRA_NAMES and value
    ]
    if extra:
        detail["ExtraParams"] = extra
    return detail


def is_same_contact(seen: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Tell whether Amazon holds all that we want, whatever it added."""
    return all(seen.get(name) == value for name, value in wanted.items())


def _check_extra(extra: Mapping[str, str], name: str) -> None:
    ending = name.rpartition(".")[2]
    missing = [wanted for wanted in _NEEDED.get(ending, ()) if not extra.get(wanted)]
    if missing:
        raise ProviderRejected(
            f"Names under .{ending} need more of their holder: {', '.join(missing)}."
        )
