"""Mailboxes: what is decided, and what follows from the panel's answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from hosting.choices import LIVE_ACCOUNT_STATUSES, MailboxStatus
from hosting.errors import (
    AccountNotActive,
    MailboxAlreadyHere,
    MailboxLimitReached,
    MailboxNotFound,
    MailDomainNotFound,
)
from hosting.events import MailboxCreated, MailboxDeleted
from hosting.models import Mailbox, MailDomain
from hosting.rules.mailboxes import local_part as local_part_of
from hosting.services.locks import account_locked, check_own, mailbox_locked
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import Event, publish
from ispplatform.core.ids import uuid7
from ispplatform.core.operations import operation_start
from ispplatform.core.subjects import subject_of
from provisioning.models import Service
from provisioning.selectors.services import service_awaits
from provisioning.services.activation import service_step_done, service_step_failed

CREATE = "hosting.mailbox_create"
SET_QUOTA = "hosting.mailbox_set_quota"
SWITCH = "hosting.mailbox_switch"
DELETE = "hosting.mailbox_delete"
PLATFORM = Actor.system("hosting")
MAX_QUOTA_MB = 1_000_000
STEP = "mailbox"  # of the setting up, see ``hosting.provisioners``
EMAIL = "email"  # the type of service whose plan is one mailbox
NO_MAILBOX = "There is no such mailbox."


def mailbox_create(
    *,
    actor: Actor,
    mail_domain: MailDomain,
    local_part: str,
    quota_mb: int | None = None,
    service: Service | None = None,
) -> Mailbox:
    """Write down a mailbox and start creating it, with a password that nobody knows.

    Args:
        quota_mb: None takes the plan's.
        service: the e-mail service that ordered it; it does not count against the hosting plan.

    Raises:
        NotPermitted: no ``mailboxes:create``.
        InvalidMailboxName, InvalidInput: the name or the size cannot be used.
        MailboxAlreadyHere: the address has a mailbox.
        MailboxLimitReached: the plan has no room for another one.
        AccountNotActive: the hosting account is deleted or was never made.
    """
    actor.require("mailboxes:create")
    check_own(actor, mail_domain.customer_id, MailDomainNotFound("There is no such mail domain."))
    local = local_part_of(local_part)
    try:
        with transaction.atomic():
            account = account_locked(mail_domain.account_id)
            if account.status not in LIVE_ACCOUNT_STATUSES:
                raise AccountNotActive(f"{account.unicode_domain} has no hosting account.")
            if service is None:
                _check_limit(mail_domain, account.max_mailboxes)
            mailbox = Mailbox.objects.create(
                mail_domain=mail_domain,
                service=service,
                local_part=local,
                address=f"{local}@{mail_domain.name}",
                quota_mb=_quota(quota_mb, None if service else account.mailbox_quota_mb),
                requested_at=_requested_before(mail_domain, local),
            )
            audit(
                "hosting.mailbox_create",
                actor=actor,
                subject=subject_of(mailbox),
                after={"quota_mb": mailbox.quota_mb},
                customer_id=mail_domain.customer_id,
            )
            start(CREATE, mailbox, actor=actor, key=str(mailbox.pk))
    except IntegrityError:
        raise MailboxAlreadyHere(
            f"{local}@{mail_domain.unicode_name} exists already.", field="local_part"
        ) from None
    return mailbox


def _requested_before(mail_domain: MailDomain, local: str) -> datetime | None:
    """Return since when the panel may have it from an order that was given up, if that is so."""
    last = mail_domain.mailboxes.filter(local_part=local).order_by("-id").first()
    return last.requested_at if last and last.status == MailboxStatus.FAILED else None


def _check_limit(mail_domain: MailDomain, limit: int | None) -> None:
    if limit is None:
        return
    count = Mailbox.objects.live().filter(
        mail_domain__account_id=mail_domain.account_id, service=None
    )
    if count.count() >= limit:
        raise MailboxLimitReached(
            f"Your plan has {limit} mailboxes, and all of them are in use.", limit=limit
        )


def _quota(wanted_mb: int | None, plan_mb: int | None) -> int | None:
    if wanted_mb is None:
        return plan_mb
    highest = MAX_QUOTA_MB if plan_mb is None else plan_mb
    if not 1 <= wanted_mb <= highest:
        raise InvalidInput(f"Use 1 to {highest} MB.", field="quota_mb")
    return wanted_mb


def mailbox_set_quota(*, actor: Actor, mailbox: Mailbox, quota_mb: int) -> Mailbox:
    """Start giving the mailbox another size, at most the plan's.

    Raises:
        NotPermitted: no ``mailboxes:update``.
        MailboxNotFound: it is another customer's, or deleted.
        InvalidInput: the size cannot be used.
    """
    with transaction.atomic():
        row = mailbox_editable(actor, mailbox)
        plan_mb = row.mail_domain.account.mailbox_quota_mb
        if row.service is not None:
            plan_mb = row.service.plan.parameters.get("mailbox_mb")
        mailbox_take_quota(actor=actor, mailbox=row, quota_mb=_quota(quota_mb, plan_mb))
    return row


def mailbox_take_quota(*, actor: Actor, mailbox: Mailbox, quota_mb: int | None) -> None:
    """Start giving a locked mailbox the size that its plan says, in the caller's transaction."""
    before = mailbox.quota_mb
    if quota_mb == before:
        return
    mailbox.quota_mb = quota_mb
    mailbox.save(update_fields=["quota_mb"])
    audit(
        "hosting.mailbox_set_quota",
        actor=actor,
        subject=subject_of(mailbox),
        before={"quota_mb": before},
        after={"quota_mb": quota_mb},
        customer_id=mailbox.mail_domain.customer_id,
    )
    start(SET_QUOTA, mailbox, actor=actor)


def mailbox_delete(*, actor: Actor, mailbox: Mailbox, reason: str = "") -> Mailbox:
    """Start deleting the mailbox with its mail.

    Raises:
        NotPermitted: no ``mailboxes:delete``.
        MailboxNotFound: it is another customer's, or deleted.
    """
    actor.require("mailboxes:delete")
    with transaction.atomic():
        row = mailbox_editable(actor, mailbox)
        audit(
            "hosting.mailbox_delete",
            actor=actor,
            subject=subject_of(row),
            reason=reason,
            customer_id=row.mail_domain.customer_id,
        )
        start(DELETE, row, actor=actor)
    return row


def mailbox_switch(*, actor: Actor, mailbox: Mailbox, suspended: bool) -> None:
    """Start switching the mailbox off or on, in the caller's transaction."""
    start(SWITCH, mailbox, actor=actor, params={"suspended": suspended})


def mailbox_editable(actor: Actor, mailbox: Mailbox) -> Mailbox:
    """Return the mailbox locked, when ``actor`` may change it.

    Raises:
        NotPermitted, MailboxNotFound: it may not, or there is nothing to change.
    """
    actor.require("mailboxes:update")
    check_own(actor, mailbox.mail_domain.customer_id, MailboxNotFound(NO_MAILBOX))
    row = mailbox_locked(mailbox.pk)
    if row.status in {MailboxStatus.DELETED, MailboxStatus.FAILED}:
        raise MailboxNotFound(NO_MAILBOX)
    return row


def mailbox_requested(*, mailbox_id: UUID) -> None:
    """Note, before it leaves, that a request goes to a panel that has no such mailbox."""
    with transaction.atomic():
        mailbox = mailbox_locked(mailbox_id)
        if mailbox.requested_at is None:
            mailbox.requested_at = system_now()
            mailbox.save(update_fields=["requested_at"])


def mailbox_not_requested(*, mailbox_id: UUID) -> None:
    """Note that no request of ours got through: what the panel has from now on, others made."""
    with transaction.atomic():
        mailbox = mailbox_locked(mailbox_id)
        mailbox.requested_at = None
        mailbox.save(update_fields=["requested_at"])


def mailbox_created(*, mailbox_id: UUID) -> None:
    """Note that the panel has the mailbox."""
    mailbox = mailbox_locked(mailbox_id)
    if mailbox.status != MailboxStatus.PENDING:
        return
    mailbox.status, mailbox.read_at = MailboxStatus.ACTIVE, system_now()
    mailbox.save(update_fields=["status", "read_at"])
    _note(mailbox, "hosting.mailbox_created", {"status": mailbox.status})
    _publish(mailbox, MailboxCreated)
    service = _ordering_service(mailbox)
    if service is not None:
        service_step_done(actor=PLATFORM, service_id=service.pk, key=STEP)


def mailbox_refused(*, mailbox_id: UUID, reason: str) -> None:
    """Note that the panel refused for good."""
    mailbox = mailbox_locked(mailbox_id)
    if mailbox.status != MailboxStatus.PENDING:
        return
    mailbox.status = MailboxStatus.FAILED
    mailbox.save(update_fields=["status"])
    _note(mailbox, "hosting.mailbox_refused", {"status": mailbox.status}, reason=reason)
    mailbox_in_trouble(mailbox=mailbox, reason=f"The server refused: {reason}")


def mailbox_in_trouble(*, mailbox: Mailbox, reason: str, is_shown_elsewhere: bool = False) -> None:
    """Put a service before a person whose setting up waits for the mailbox.

    A service that works, or that ordered another one, is left alone, as nothing would end its
    trouble: there the operation stands before staff.
    """
    service = _ordering_service(mailbox)
    if service is not None:
        service_step_failed(
            actor=PLATFORM,
            service_id=service.pk,
            key=STEP,
            trouble=f"{mailbox.address}: {reason}",
            is_shown_elsewhere=is_shown_elsewhere,
        )


def mailbox_is_awaited(mailbox: Mailbox) -> bool:
    """Tell whether the setting up of a service waits for just this mailbox."""
    service = _ordering_service(mailbox)
    return service is not None and service_awaits(service.pk, STEP)


def mailbox_restarted(*, mailbox_id: UUID) -> None:
    """Let a refused mailbox be tried again under the same row.

    Raises:
        MailboxAlreadyHere: its address was ordered anew meanwhile.
    """
    mailbox = mailbox_locked(mailbox_id)
    if mailbox.status == MailboxStatus.FAILED:
        if Mailbox.objects.live().filter(address=mailbox.address).exists():
            raise MailboxAlreadyHere(f"{mailbox.address} was ordered anew.")
        mailbox.status = MailboxStatus.PENDING
        mailbox.save(update_fields=["status"])


def mailbox_switched(*, mailbox_id: UUID, suspended: bool) -> None:
    """Note that the panel switched a mailbox off or on."""
    mailbox = mailbox_locked(mailbox_id)
    mailbox.status = MailboxStatus.SUSPENDED if suspended else MailboxStatus.ACTIVE
    mailbox.save(update_fields=["status"])
    _note(mailbox, "hosting.mailbox_switched", {"status": mailbox.status})


def mailbox_gone(*, mailbox_id: UUID) -> None:
    """Note that the panel no longer has a mailbox."""
    mailbox = mailbox_locked(mailbox_id)
    mailbox.status = MailboxStatus.DELETED
    mailbox.save(update_fields=["status"])
    _note(mailbox, "hosting.mailbox_gone", {"status": mailbox.status})
    _publish(mailbox, MailboxDeleted)


def start(
    kind: str,
    mailbox: Mailbox,
    *,
    actor: Actor,
    key: str = "",
    params: Mapping[str, Any] | None = None,
) -> None:
    """Start an operation about a mailbox, in the caller's transaction."""
    operation_start(
        kind=kind,
        key=key or f"{mailbox.pk}:{uuid7()}",
        subject=subject_of(mailbox),
        actor=actor,
        params=params,
        connection=mailbox.mail_domain.account.server.connection,
        customer_id=mailbox.mail_domain.customer_id,
    )


def _ordering_service(mailbox: Mailbox) -> Service | None:
    """Return the service whose order names just this mailbox, if one does."""
    service: Service = mailbox.service or mailbox.mail_domain.account.service
    if mailbox.service_id is None and service.type == EMAIL:
        return None  # somebody added it to the account that an e-mail plan brought along
    order = service.configuration
    wanted = f"{order.get('mailbox')}@{order.get('domain')}"
    return service if mailbox.address == wanted else None


def _note(mailbox: Mailbox, act: str, after: Mapping[str, Any], *, reason: str = "") -> None:
    audit(
        act,
        actor=PLATFORM,
        subject=subject_of(mailbox),
        reason=reason,
        after=after,
        customer_id=mailbox.mail_domain.customer_id,
    )


def _publish(mailbox: Mailbox, event: type[Event]) -> None:
    customer_id = mailbox.mail_domain.customer_id
    publish(
        event(  # type: ignore[call-arg] # every event of a mailbox has these fields
            mailbox_id=mailbox.pk, customer_id=customer_id, address=mailbox.address
        ),
        subject=subject_of(mailbox),
        customer_id=customer_id,
    )
