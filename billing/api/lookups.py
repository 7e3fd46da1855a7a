"""Turning what bodies name into rows."""

from typing import Any
from uuid import UUID

from billing.services.lines import LineInput
from catalog.models import Plan
from customers.models import Customer
from ispplatform.core.errors import InvalidInput
from ispplatform.core.subjects import Subject

# What integrators bill by ``service_id``; billing itself never looks behind it.
SERVICE = "provisioning.service"


def customer_named(text: str) -> Customer:
    """Return the customer with this id or number.

    Raises:
        InvalidInput: there is none.
    """
    rows = Customer.objects.not_deleted()
    try:
        found = rows.filter(pk=UUID(text)).first()
    except ValueError:
        found = rows.filter(customer_number=text.strip().upper()).first()
    if found is None:
        raise InvalidInput("There is no such customer.", field="customer_id")
    return found


def plan_named(text: str) -> Plan:
    """Return the active plan with this id or code.

    Raises:
        InvalidInput: there is none.
    """
    rows = Plan.objects.filter(is_active=True)
    try:
        found = rows.filter(pk=UUID(text)).first()
    except ValueError:
        found = rows.filter(code=text.strip().lower()).first()
    if found is None:
        raise InvalidInput("There is no such plan.", field="plan_id")
    return found


def service_subject(service_id: UUID | None) -> Subject | None:
    """Return the subject that a ``service_id`` names."""
    return None if service_id is None else Subject(type=SERVICE, id=service_id)


def lines_of(body: dict[str, Any]) -> list[LineInput]:
    """Return the lines of a new invoice's body."""
    if "amount" in body:
        return [LineInput(label="Services", unit_price=body["amount"])]
    return [
        LineInput(
            label=line["description"],
            details=line.get("details", ""),
            quantity=line["quantity"],
            unit_price=line["unit_price"],
            tax_percent=line.get("tax_rate"),
            tax_included=line["tax_included"],
            discount=line["discount"],
            subject=service_subject(line.get("service_id")),
            period_start=line.get("period_start"),
            period_end=line.get("period_end"),
        )
        for line in body["line_items"]
    ]
