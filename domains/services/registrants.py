"""Who holds a name."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from customers.models import Customer
from domains.models import RegistrantContact
from domains.rules.registrants import registrant_values
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.subjects import subject_of


def registrant_details(
    customer: Customer, given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a holder's details: those given, else those of the customer.

    Raises:
        RegistrantIncomplete: something that every registry asks for is missing.
    """
    if given:
        return registrant_values(given)
    address = customer.addresses.filter(kind="main").first()
    return registrant_values(
        {
            "is_company": customer.is_business and bool(customer.company_name),
            "first_name": customer.first_name,
            "last_name": customer.last_name,
            "company_name": customer.company_name,
            "email": customer.email,
            "phone": customer.phone,
            "street": address.street if address else "",
            "street2": address.street2 if address else "",
            "city": address.city if address else "",
            "state": address.state if address else "",
            "postal_code": address.postal_code if address else "",
            "country": address.country if address else "",
        }
    )


def registrant_ensure(
    *, actor: Actor, customer: Customer, details: Mapping[str, Any]
) -> RegistrantContact:
    """Return the customer's holder with exactly these details; make it when there is none.

    Raises:
        RegistrantIncomplete: see ``registrant_details``.
    """
    values = registrant_values(details)
    with transaction.atomic():
        found = RegistrantContact.objects.filter(customer=customer, **values).first()
        if found is not None:
            return found
        row = RegistrantContact.objects.create(customer=customer, **values)
        audit(
            "domains.registrant_create",
            actor=actor,
            subject=subject_of(row),
            after={"country": row.country, "is_company": row.is_company},
            customer_id=customer.pk,
        )
    return row
