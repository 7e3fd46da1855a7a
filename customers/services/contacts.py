"""Contacts of a customer: whom to write to about what."""

from typing import Any

from django.db import IntegrityError, transaction

from customers.choices import ContactPurpose
from customers.models import Contact, Customer
from customers.rules.contact_data import email_cleaned, phone_cleaned
from customers.rules.values import ContactData
from customers.services.addresses import main_country
from customers.services.recording import customer_changed, customer_locked
from ispplatform.core.actors import Actor
from ispplatform.core.errors import DuplicateResource, InvalidInput

CONTACTS_PER_CUSTOMER = 50


def contact_add(*, actor: Actor, customer: Customer, contact: ContactData) -> Contact:
    """Give the customer a contact.

    Raises:
        NotPermitted, CustomerNotFound.
        InvalidInput: a value is malformed, or there are 50 contacts already.
        DuplicateResource: the customer has a contact with this address.
    """
    actor.require("contacts:create")
    with transaction.atomic():
        customer = customer_locked(customer)
        if customer.contacts.count() >= CONTACTS_PER_CUSTOMER:
            raise InvalidInput(f"A customer has at most {CONTACTS_PER_CUSTOMER} contacts.")
        values = _cleaned(contact, customer)
        row = Contact(customer=customer, **values)
        _save(row)
        customer_changed(
            "customers.contact_add", actor=actor, customer=customer, before={}, after=_told(row)
        )
    return row


def contact_update(*, actor: Actor, contact: Contact, data: ContactData) -> Contact:
    """Replace a contact's data.

    Raises:
        NotPermitted, CustomerNotFound, InvalidInput, DuplicateResource.
    """
    actor.require("contacts:update")
    with transaction.atomic():
        customer = customer_locked(contact.customer)
        before = _told(contact)
        for name, value in _cleaned(data, customer).items():
            setattr(contact, name, value)
        _save(contact)
        customer_changed(
            "customers.contact_update",
            actor=actor,
            customer=customer,
            before=before,
            after=_told(contact),
        )
    return contact


def contact_remove(*, actor: Actor, contact: Contact) -> None:
    """Delete a contact.

    Raises:
        NotPermitted, CustomerNotFound.
    """
    actor.require("contacts:delete")
    with transaction.atomic():
        customer = customer_locked(contact.customer)
        customer_changed(
            "customers.contact_remove",
            actor=actor,
            customer=customer,
            before=_told(contact),
            after={},
        )
        contact.delete()


def _cleaned(contact: ContactData, customer: Customer) -> dict[str, Any]:
    name = " ".join(contact.name.split())
    if not name or len(name) > 200:
        raise InvalidInput("A contact's name has 1 to 200 characters.", field="name")
    try:
        email = email_cleaned(contact.email)
    except ValueError as exc:
        raise InvalidInput(str(exc), field="email") from exc
    try:
        phone = phone_cleaned(contact.phone, country=main_country(customer))
    except ValueError as exc:
        raise InvalidInput(str(exc), field="phone") from exc
    if unknown := set(contact.purposes) - set(ContactPurpose.values):
        raise InvalidInput(f"{sorted(unknown)[0]} is no purpose of a contact.", field="purposes")
    return {
        "name": name,
        "email": email,
        "phone": phone,
        **{f"is_{one}": one in contact.purposes for one in ContactPurpose.values},
    }


def _save(row: Contact) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as exc:
        taken = Contact.objects.filter(customer_id=row.customer_id, email=row.email).first()
        if taken is None:
            raise
        raise DuplicateResource(
            f"The customer has a contact with the address {row.email}.",
            field="email",
            existing_id=taken.pk,
        ) from exc


def _told(row: Contact) -> dict[str, Any]:
    return {
        "contact": row.name,
        "email": row.email,
        "phone": row.phone,
        "purposes": row.purposes,
    }
