"""Which customers a caller sees, and what is true of one."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.selectors.portal_accounts import people_of_customer
from customers.choices import AddressKind, ContactPurpose
from customers.errors import CustomerNotFound
from customers.models import Address, Contact, Customer, CustomerQuerySet
from customers.rules.values import Recipient
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_now
from ispplatform.core.tenancy.lookup import tenant_by_id
from notifications.slots import EVERYBODY


def customers_for(actor: Actor, *, include_deleted: bool = False) -> CustomerQuerySet:
    """Return the customers that the actor may see: staff all, a portal account its own.

    Raises:
        NotPermitted: staff or a key without ``customers:read``.
    """
    rows = Customer.objects.all() if include_deleted else Customer.objects.not_deleted()
    if actor.is_customer:
        return rows.not_deleted().filter(pk=actor.customer_id)
    actor.require("customers:read")
    return rows


def customer_by_id(
    customer_id: UUID | str, *, actor: Actor, include_deleted: bool = False
) -> Customer:
    """Return one customer.

    Raises:
        CustomerNotFound: no such customer, or none that the actor may see.
        NotPermitted.
    """
    rows = customers_for(actor, include_deleted=include_deleted)
    return _one(rows.filter(pk=customer_id))


def customer_by_number(customer_number: str, *, actor: Actor) -> Customer:
    """Return the customer with this number (``CUST-000001``, any case).

    Raises:
        CustomerNotFound, NotPermitted.
    """
    return _one(customers_for(actor).filter(customer_number=customer_number.strip().upper()))


def customer_address(customer: Customer, kind: str = AddressKind.MAIN) -> Address | None:
    """Return the address for a purpose; billing and service fall back to the main one."""
    rows = Address.objects.filter(customer=customer, kind__in=[kind, AddressKind.MAIN])
    by_kind = {row.kind: row for row in rows}
    return by_kind.get(kind) or by_kind.get(AddressKind.MAIN)


def customers_addresses(
    customers: Iterable[Customer], kind: str = AddressKind.MAIN
) -> dict[UUID, Address]:
    """Return what ``customer_address`` gives for each customer, by customer. One query.

    Customers who have given none are absent.
    """
    ids = [customer.pk for customer in customers]
    rows = Address.objects.filter(customer_id__in=ids, kind__in=[kind, AddressKind.MAIN])
    found: dict[UUID, Address] = {}
    for row in rows:
        if row.kind == kind or row.customer_id not in found:
            found[row.customer_id] = row
    return found


def customer_language(customer: Customer) -> str:
    """Return the language that the customer reads; the tenant's where none was chosen."""
    return customer.language or tenant_by_id(customer.tenant_id).language


def customer_time_zone(customer: Customer) -> ZoneInfo:
    """Return the zone in which the customer's service periods run."""
    return ZoneInfo(customer.time_zone or tenant_by_id(customer.tenant_id).time_zone)


def customer_today(customer: Customer) -> date:
    """Return the tenant's business day in the customer's time zone: for service periods."""
    tenant = tenant_by_id(customer.tenant_id)
    return business_now(tenant).astimezone(customer_time_zone(customer)).date()


def recipients_for(customer_id: UUID, purpose: str = "") -> list[Recipient]:
    """Return whom a mail about the customer goes to.

    Args:
        purpose: a ``ContactPurpose``; every contact of it gets the mail. ``EVERYBODY``: the
            customer, all contacts and all log-ins. Empty, or a purpose that no contact has: the
            customer itself.

    Returns:
        An empty list when the customer does not exist.
    """
    if purpose in ContactPurpose.values:
        contacts = Contact.objects.filter(customer_id=customer_id, **{f"is_{purpose}": True})
        found = [Recipient(name=row.name, email=row.email) for row in contacts]
        if found:
            return found
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        return []
    itself = Recipient(name=customer.display_name, email=customer.email)
    if purpose != EVERYBODY:
        return [itself]
    contacts = Contact.objects.filter(customer_id=customer_id)
    people = people_of_customer(customer_id)
    return [
        itself,
        *(Recipient(name=row.name, email=row.email) for row in contacts),
        *(Recipient(name=user.get_full_name(), email=user.email) for user in people),
    ]


def _one(rows: CustomerQuerySet) -> Customer:
    customer: Customer | None = rows.first()
    if customer is None:
        raise CustomerNotFound("There is no such customer.")
    return customer


def names_of_customers(customer_ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return the name and the number of customers, by id; those that are deleted are absent."""
    rows = Customer.objects.not_deleted().filter(pk__in=list(customer_ids))
    found = rows.values_list("pk", "display_name", "customer_number")
    return {one: (name, number) for one, name, number in found}
