"""Six digits by mail: proof that an address belongs to whoever claims it."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.choices import EmailCodePurpose, GuardReason, PortalAccountStatus
from accounts.errors import CodeInvalid
from accounts.events import EmailChanged, EmailCodeRequested, PortalAccountActivated
from accounts.models import EmailCode, PortalAccount, User
from accounts.selectors.mails import EMAIL_CODE
from accounts.services.guards import guard_begin
from accounts.tenant_settings import EMAIL_CODE_ATTEMPTS, EMAIL_CODE_MINUTES
from accounts.tokens.derived import is_derived_code, read_derived_token
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import RuleViolation
from ispplatform.core.events import publish
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context

MOST_MAILS = 5
RESEND_SECONDS = 30


def email_code_send(
    *,
    actor: Actor,
    tenant: Tenant,
    purpose: EmailCodePurpose,
    email: str,
    user: User | None,
    portal_account: PortalAccount | None = None,
) -> EmailCode:
    """Write a code for an address and ask for its mail; inside or outside a transaction.

    Args:
        user: whose address it proves; None writes a decoy that no code fits and no mail follows.

    Returns:
        The code's row; show its id to the person who has to type the code.
    """
    with transaction.atomic():
        row = EmailCode.objects.create(
            purpose=purpose,
            email=email.strip().lower(),
            user=user,
            portal_account=portal_account,
            sent_count=1,
            expires_at=system_now() + timedelta(minutes=EMAIL_CODE_MINUTES.of(tenant)),
        )
        _ask_for_mail(row)
        audit(
            "accounts.email_code_send",
            actor=actor,
            subject=subject_of(row),
            reason=purpose,
            customer_id=portal_account.customer_id if portal_account else None,
        )
    return row


def email_code_resend(*, tenant: Tenant, email_code_id: UUID) -> EmailCode:
    """Send the mail again with a full lifetime, at most five times in all, 30 s apart.

    Raises:
        CodeInvalid: no such code, or it was used or tried too often.
        RuleViolation: too soon, or too many mails.
    """
    now = system_now()
    with transaction.atomic():
        row = EmailCode.objects.select_for_update().filter(pk=email_code_id, used_at=None).first()
        if row is None or row.attempts >= EMAIL_CODE_ATTEMPTS.of(tenant):
            raise _wrong()
        if row.sent_count >= MOST_MAILS:
            raise RuleViolation("We have sent this mail several times: look into the spam folder.")
        if row.updated_at > now - timedelta(seconds=RESEND_SECONDS):
            raise RuleViolation(
                "The mail was sent a moment ago. Give it half a minute.", retry_after=RESEND_SECONDS
            )
        row.sent_count += 1
        row.expires_at = now + timedelta(minutes=EMAIL_CODE_MINUTES.of(tenant))
        row.save(update_fields=["sent_count", "expires_at"])
        _ask_for_mail(row)
    return row


def email_code_check(
    *,
    actor: Actor,
    tenant: Tenant,
    email_code_id: UUID,
    code: str,
    purpose: EmailCodePurpose | None = None,
) -> EmailCode:
    """Prove an address by the code that was mailed to it; the code is used up.

    A sign-up's portal account becomes active. Every wrong code counts, five end it.

    Args:
        purpose: what the code has to be for; None takes any.

    Raises:
        CodeInvalid: the code is wrong, was used, is too old or was tried too often; the message is
            the same for all of these.
    """
    typed = "".join(code.split())
    most = EMAIL_CODE_ATTEMPTS.of(tenant)
    living = EmailCode.objects.filter(pk=email_code_id, used_at=None, expires_at__gt=system_now())
    if purpose is not None:
        living = living.filter(purpose=purpose)
    # The attempt is counted, and committed, before the code is compared: parallel guesses and
    # requests that are cut off cannot buy more than five.
    if not living.filter(attempts__lt=most).update(attempts=F("attempts") + 1):
        raise _wrong()
    fits = is_derived_code(EMAIL_CODE, row_id=email_code_id, code=typed)
    row = living.select_related("user", "portal_account").first() if fits else None
    if row is None or row.user is None:
        raise _wrong()
    return _prove(actor=actor, row=row)


def email_link_check(*, token: str) -> EmailCode:
    """Prove an address by the link that was mailed to it; the code is used up.

    Raises:
        CodeInvalid: the link is not ours, was used or is too old.
    """
    read = read_derived_token(EMAIL_CODE, token)
    if read is None:
        raise _wrong("token")
    with tenant_context(read.tenant_id):
        row = (
            EmailCode.objects.select_related("user", "portal_account")
            .filter(pk=read.row_id, used_at=None, expires_at__gt=system_now())
            .first()
        )
        if row is None or row.user is None:
            raise _wrong("token")
        return _prove(actor=Actor.anonymous(), row=row)


def portal_account_activate(*, actor: Actor, account: PortalAccount) -> None:
    """Open a pending account, inside the transaction that proved its address."""
    if account.status != PortalAccountStatus.PENDING:
        return
    account.status = PortalAccountStatus.ACTIVE
    account.activated_at = system_now()
    account.save(update_fields=["status", "activated_at"])
    subject = subject_of(account)
    audit(
        "accounts.portal_account_activate",
        actor=actor,
        subject=subject,
        customer_id=account.customer_id,
    )
    event = PortalAccountActivated(
        portal_account_id=account.pk,
        customer_id=account.customer_id,
        portal_id=account.portal_id,
        email=account.user.email,
    )
    publish(event, subject=subject, customer_id=account.customer_id)


def _prove(*, actor: Actor, row: EmailCode) -> EmailCode:
    user, account = row.user, row.portal_account
    if user is None:
        raise _wrong()
    with transaction.atomic():
        used = EmailCode.objects.filter(pk=row.pk, used_at=None).update(used_at=system_now())
        if not used:
            raise _wrong()
        before = user.email
        user.email = row.email
        user.email_verified_at = system_now()
        user.save(update_fields=["email", "email_verified_at"])
        audit(
            "accounts.email_prove",
            actor=actor,
            subject=subject_of(user),
            before={"email": before},
            after={"email": row.email},
            customer_id=account.customer_id if account else None,
        )
        if row.purpose == EmailCodePurpose.EMAIL_CHANGE and before != row.email:
            _changed(actor=actor, user=user, before=before, account=account)
        if account is not None and row.purpose == EmailCodePurpose.SIGN_UP:
            portal_account_activate(actor=actor, account=account)
    return row


def _changed(*, actor: Actor, user: User, before: str, account: PortalAccount | None) -> None:
    """Tell the old address, and guard the log-in: whoever took it over would do this first."""
    event = EmailChanged(user_id=user.pk, old_email=before, new_email=user.email)
    customer_id = account.customer_id if account is not None else actor.customer_id
    publish(event, subject=subject_of(user), customer_id=customer_id)
    guard_begin(actor=actor, user=user, reason=GuardReason.EMAIL_CHANGE)


def _ask_for_mail(row: EmailCode) -> None:
    account = row.portal_account
    event = EmailCodeRequested(email_code_id=row.pk, purpose=row.purpose, sent_count=row.sent_count)
    publish(event, subject=subject_of(row), customer_id=account.customer_id if account else None)


def _wrong(field: str = "code") -> CodeInvalid:
    return CodeInvalid("This code is wrong or too old.", field=field)
