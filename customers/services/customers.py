"""Decisions about customers themselves."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.choices import PortalAccountStatus
from accounts.models import PortalAccount
from accounts.services.portal_accounts import portal_account_set_status
from accounts.services.sessions import sessions_of_customer_read_anew
from customers.choices import CustomerStatus, CustomerType
from customers.errors import (
    CustomerCurrencyFixed,
    CustomerHasOpenBusiness,
    CustomerStatusNotReachable,
)
from customers.events import CustomerCreated, CustomerDeleted, CustomerStatusChanged
from customers.models import Customer
from customers.rules.statuses import is_reachable, reachable_from
from customers.rules.values import AddressData
from customers.services.addresses import ADDRESS_FIELDS, address_write, main_country
from customers.services.cleaning import FREE_FIELDS, customer_fields_cleaned
from customers.services.notes import note_add, pinned_note_write
from customers.services.recording import (
    Expected,
    customer_changed,
    customer_locked,
    require_change,
)
from customers.services.tags import tags_write
from customers.slots import deletion_guards
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.counters import take_number
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import publish
from ispplatform.core.external_refs import (
    ExternalRefData,
    external_refs_of,
    external_refs_set,
)
from ispplatform.core.ids import uuid7
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import current_tenant_id

NUMBER_FORMAT = "CUST-{number:06d}"
STATUSES_AT_BIRTH = (CustomerStatus.PENDING, CustomerStatus.ACTIVE)
OWN_COLUMNS = frozenset(
    {
        "first_name",
        "last_name",
        "company_name",
        "industry",
        "size",
        "custom_fields",
        "metadata",
        "email",
        "phone",
        "vat_number",
        "language",
        "time_zone",
        "customer_type",
        "assigned_to",
    }
)


def customer_create(
    *,
    actor: Actor,
    email: str,
    customer_type: str = "",
    status: str = CustomerStatus.ACTIVE,
    address: AddressData | None = None,
    billing_address: AddressData | None = None,
    service_address: AddressData | None = None,
    tags: Sequence[str | UUID] = (),
    note: str = "",
    external_refs: Sequence[ExternalRefData] = (),
    customer_id: UUID | None = None,
    **fields: Any,
) -> Customer:
    """Make a customer, with its number, in one transaction.

    Args:
        customer_type: ``person`` or ``business``; left out, a company name makes it a business.
        status: ``active``, or ``pending`` for somebody whose e-mail address is not proved yet.
        tags: names or ids; a new name makes a new tag.
        note: becomes the note pinned to the customer's page.
        customer_id: the id that a sign-up gave out already; None makes a new one.
        fields: any of ``OWN_COLUMNS``; what is left out stays empty.

    Returns:
        The customer. ``customers.customer_created`` is published.

    Raises:
        NotPermitted.
        InvalidInput: a value cannot be kept; ``field`` names it.
        ExternalRefTaken: one of the references is another customer's; ``existing_id`` names it.
    """
    actor.require("customers:create")
    _refuse_unknown(fields)
    addresses = {
        "address": address,
        "billing_address": billing_address,
        "service_address": service_address,
    }
    if status not in STATUSES_AT_BIRTH:
        raise InvalidInput("A new customer is active or pending.", field="status")
    guessed = CustomerType.BUSINESS if fields.get("company_name") else CustomerType.PERSON
    given = {**fields, "email": email, "customer_type": customer_type or guessed}
    columns = customer_fields_cleaned(given, country=address.country if address else "")
    with transaction.atomic():
        number = take_number("customers.customer_number", current_tenant_id())
        customer = Customer.objects.create(
            id=customer_id or uuid7(),
            customer_number=NUMBER_FORMAT.format(number=number),
            status=status,
            **columns,
        )
        for field, one in addresses.items():
            address_write(customer, field=field, address=one)
        tags_write(customer, actor=actor, tags=tags)
        external_refs_set(subject=subject_of(customer), refs=external_refs)
        _record_creation(customer, actor=actor, columns=columns)
        if note.strip():
            note_add(actor=actor, customer=customer, text=note, is_pinned=True)
    return customer


def customer_update(
    *,
    actor: Actor,
    customer: Customer,
    expected: Expected = None,
    status: str | None = None,
    note: str | None = None,
    **changes: Any,
) -> Customer:
    """Change what ``changes`` name and leave the rest as it is.

    Args:
        expected: the version that the caller read (see ``check_version``).
        status: also moves the customer there (``customer_status_change``); None: stays.
        note: also becomes the pinned note, or with an empty text unpins it; None: stays.
        changes: any of ``OWN_COLUMNS``; ``address``, ``billing_address``, ``service_address`` as
            ``AddressData`` (None removes it); ``tags`` as names or ids; ``external_refs``. Keys
            of ``custom_fields`` and ``metadata`` are merged, and None removes one.

    Returns:
        The row as it is now; nothing is written when nothing differs.

    Raises:
        NotPermitted: staff lack ``customers:update``, or a portal account asks for more than its
            own data.
        CustomerNotFound, StaleObject, InvalidInput, ExternalRefTaken, CustomerStatusNotReachable.
    """
    require_change(actor, customer, permission="customers:update", fields=set(changes))
    with transaction.atomic():
        row = customer_locked(customer, expected=expected)
        before, after = _apply(row, actor=actor, changes=dict(changes))
        if before != after:
            customer_changed(
                "customers.customer_update", actor=actor, customer=row, before=before, after=after
            )
            if {"language", "time_zone"} & set(changes):
                sessions_of_customer_read_anew(row.pk)
        if status is not None:
            customer_status_change(actor=actor, customer=row, status=status)
        if note is not None:
            pinned_note_write(actor=actor, customer=row, text=note)
    row.refresh_from_db()
    return row


def customer_status_change(
    *, actor: Actor, customer: Customer, status: str, reason: str = ""
) -> Customer:
    """Move a customer to another status; the one it has already changes nothing.

    Raises:
        NotPermitted, CustomerNotFound.
        CustomerStatusNotReachable: the status cannot follow the present one.
    """
    actor.require("customers:update")
    with transaction.atomic():
        row = customer_locked(customer)
        before = row.status
        if status == before:
            return row
        if status not in CustomerStatus.values or not is_reachable(before=before, after=status):
            raise CustomerStatusNotReachable(
                f"A customer who is {before} cannot become {status}.",
                field="status",
                reachable=reachable_from(before),
            )
        _write_status(row, status)
        _record_status(row, actor=actor, before=before, reason=reason)
    return row


def customer_currency_fix(
    *, customer: Customer, currency: str, actor: Actor | None = None
) -> Customer:
    """Fix the customer's currency with its first document; call it in that transaction.

    Fixing the same currency again changes nothing.

    Raises:
        CustomerCurrencyFixed: an earlier document fixed another one.
    """
    with transaction.atomic():
        fixed = Customer.objects.filter(pk=customer.pk, currency="").update(currency=currency)
        customer.refresh_from_db(fields=["currency"])
        if fixed:
            audit(
                "customers.customer_currency_fix",
                actor=actor or Actor.system("documents"),
                subject=subject_of(customer),
                before={"currency": ""},
                after={"currency": currency},
                customer_id=customer.pk,
            )
    if customer.currency != currency:
        raise CustomerCurrencyFixed(
            f"This customer's documents are in {customer.currency}.",
            field="currency",
            currency=customer.currency,
        )
    return customer


def customer_delete(
    *, actor: Actor, customer: Customer, reason: str = "", expected: Expected = None
) -> None:
    """Take a customer out of every list and close its log-ins; what the law keeps, stays.

    Raises:
        NotPermitted, CustomerNotFound, StaleObject.
        CustomerHasOpenBusiness: something is still running or owed; the message says what.
    """
    actor.require("customers:delete")
    with transaction.atomic():
        row = customer_locked(customer, expected=expected)
        for guard in deletion_guards.items():
            if refusal := guard.refusal(row.pk):
                raise CustomerHasOpenBusiness(refusal, because=guard.key)
        before = row.status
        row.deleted_at, row.status = system_now(), CustomerStatus.CANCELLED
        row.save(update_fields=["deleted_at", "status"])
        _close_log_ins(row)
        audit(
            "customers.customer_delete",
            actor=actor,
            subject=subject_of(row),
            reason=reason,
            before={"status": before},
            after={"status": row.status, "deleted_at": row.deleted_at},
            customer_id=row.pk,
        )
        publish(
            CustomerDeleted(customer_id=row.pk, customer_number=row.customer_number),
            subject=subject_of(row),
            customer_id=row.pk,
        )


def customer_restore(*, actor: Actor, customer: Customer, reason: str = "") -> Customer:
    """Bring a deleted customer back, as inactive; one that is not deleted stays as it is.

    Raises:
        NotPermitted.
    """
    actor.require("customers:delete")
    with transaction.atomic():
        row = Customer.objects.select_for_update().get(pk=customer.pk)
        if row.deleted_at is None:
            return row
        before, row.deleted_at = row.status, None
        _write_status(row, CustomerStatus.INACTIVE)
        _record_status(row, actor=actor, before=before, reason=reason)
    return row


def _close_log_ins(row: Customer) -> None:
    for account in PortalAccount.objects.filter(customer_id=row.pk):
        portal_account_set_status(
            actor=Actor.system("customers.customer_delete"),
            account=account,
            status=PortalAccountStatus.DISABLED,
            reason="The customer was deleted.",
        )


def _refuse_unknown(fields: dict[str, Any]) -> None:
    if unknown := sorted(set(fields) - OWN_COLUMNS):
        raise TypeError(f"A customer has no {unknown[0]}.")


def _apply(
    row: Customer, *, actor: Actor, changes: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write the changes; return the values that differ, before and after."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for field in ADDRESS_FIELDS:
        if field in changes:
            old, new = address_write(row, field=field, address=changes.pop(field))
            if old or new:
                before[field], after[field] = old, new
    if "tags" in changes:
        old, new = tags_write(row, actor=actor, tags=changes.pop("tags"))
        before, after = before | old, after | new
    if "external_refs" in changes:
        old, new = _refs_write(row, changes.pop("external_refs"))
        before, after = before | old, after | new
    _refuse_unknown(changes)
    for field in FREE_FIELDS:
        if field in changes:
            merged = {**getattr(row, field), **changes[field]}
            changes[field] = {name: value for name, value in merged.items() if value is not None}
    columns = customer_fields_cleaned(changes, country=main_country(row))
    for column, value in columns.items():
        if getattr(row, column) != value:
            before[column], after[column] = getattr(row, column), value
            setattr(row, column, value)
    if changed := sorted(set(columns) & set(after)):
        if "vat_number" in changed:
            row.vat_checked_at = None
            changed.append("vat_checked_at")
        row.save(update_fields=changed)
    return before, after


def _refs_write(
    row: Customer, refs: Sequence[ExternalRefData]
) -> tuple[dict[str, Any], dict[str, Any]]:
    subject = subject_of(row)
    old = external_refs_of(subject)
    if set(old) == set(refs):
        return {}, {}
    external_refs_set(subject=subject, refs=refs)
    return (
        {"external_refs": [f"{ref.system}:{ref.id}" for ref in old]},
        {"external_refs": [f"{ref.system}:{ref.id}" for ref in refs]},
    )


def _write_status(row: Customer, status: str) -> None:
    row.status = status
    row.save(update_fields=["status", "deleted_at"])


def _record_creation(customer: Customer, *, actor: Actor, columns: dict[str, Any]) -> None:
    audit(
        "customers.customer_create",
        actor=actor,
        subject=subject_of(customer),
        after={"customer_number": customer.customer_number, **columns},
        customer_id=customer.pk,
    )
    publish(
        CustomerCreated(
            customer_id=customer.pk,
            customer_number=customer.customer_number,
            email=customer.email,
            status=customer.status,
        ),
        subject=subject_of(customer),
        customer_id=customer.pk,
    )


def _record_status(row: Customer, *, actor: Actor, before: str, reason: str) -> None:
    audit(
        "customers.customer_status_change",
        actor=actor,
        subject=subject_of(row),
        reason=reason,
        before={"status": before},
        after={"status": row.status},
        customer_id=row.pk,
    )
    publish(
        CustomerStatusChanged(
            customer_id=row.pk,
            customer_number=row.customer_number,
            status_before=before,
            status=row.status,
        ),
        subject=subject_of(row),
        customer_id=row.pk,
    )
