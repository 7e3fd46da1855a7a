"""Writing the addresses of a customer."""

from dataclasses import asdict
from typing import Any

from customers.choices import AddressKind
from customers.models import Address, Customer
from customers.rules.values import AddressData
from customers.services.cleaning import address_cleaned

# What callers name an address, and which kind is meant.
ADDRESS_FIELDS = {
    "address": AddressKind.MAIN,
    "billing_address": AddressKind.BILLING,
    "service_address": AddressKind.SERVICE,
}


def address_write(
    customer: Customer, *, field: str, address: AddressData | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make ``address`` the customer's address of the kind that ``field`` names.

    None or an empty address removes it.

    Returns:
        The values before and after; both empty when nothing changed.

    Raises:
        InvalidInput: the country is unknown or a part is too long.
    """
    kind = ADDRESS_FIELDS[field]
    new = asdict(address_cleaned(address, field=field)) if address is not None else {}
    if not any(new.values()):
        new = {}
    present = Address.objects.filter(customer=customer, kind=kind).first()
    old = {name: getattr(present, name) for name in new or asdict(AddressData())} if present else {}
    if old == new:
        return {}, {}
    if not new and present is not None:
        present.delete()
    elif present is not None:
        Address.objects.filter(pk=present.pk).update(**new)
    else:
        Address.objects.create(customer=customer, kind=kind, **new)
    return old, new


def main_country(customer: Customer) -> str:
    """Return the country of the main address, empty when there is none."""
    rows = Address.objects.filter(customer=customer, kind=AddressKind.MAIN)
    return rows.values_list("country", flat=True).first() or ""
