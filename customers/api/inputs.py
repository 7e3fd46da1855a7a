"""From a checked body to what services take."""

from dataclasses import fields
from typing import Any

from customers.models import Address, Customer
from customers.rules.names import name_parts
from customers.rules.values import AddressData
from customers.services.addresses import ADDRESS_FIELDS

_PARTS = [part.name for part in fields(AddressData)]


def service_values(body: dict[str, Any], *, customer: Customer | None = None) -> dict[str, Any]:
    """Return the keyword arguments for ``customer_create`` or ``customer_update``.

    ``name`` becomes both names, ``city`` and ``country`` at the top level join the address, and
    parts that a change leaves out are taken from the address as it is.
    """
    values = dict(body)
    if "name" in values:
        first, last = name_parts(values.pop("name"))
        values.setdefault("first_name", first)
        values.setdefault("last_name", last)
    loose = {part: values.pop(part) for part in ("city", "country") if part in values}
    if loose:
        values["address"] = {**loose, **(values.get("address") or {})}
    present = _present_addresses(customer) if customer is not None else {}
    for field in ADDRESS_FIELDS:
        if values.get(field) is not None:
            values[field] = AddressData(**{**present.get(field, {}), **values[field]})
    return values


def _present_addresses(customer: Customer) -> dict[str, dict[str, str]]:
    by_kind = {row.kind: row for row in Address.objects.filter(customer=customer)}
    return {
        field: {part: getattr(by_kind[kind], part) for part in _PARTS}
        for field, kind in ADDRESS_FIELDS.items()
        if kind in by_kind
    }
