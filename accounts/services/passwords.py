"""Passwords: set, changed, forgotten, reset."""

from datetime import timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.db import transaction

from accounts.choices import AccessLinkPurpose
from accounts.errors import LinkInvalid, PasswordTooWeak, PasswordWrong
from accounts.events import PasswordChanged, PasswordResetRequested
from accounts.models import AccessLink, PasswordHistory, PortalAccount, User
from accounts.rules.passwords import HISTORY, normal_password, password_report
from accounts.selectors.mails import ACCESS_LINK
from accounts.services.email_codes import portal_account_activate
from accounts.services.guards import guard_after_new_password
from accounts.services.lockouts import (
    account_digest,
    failure_record,
    failures_clear,
    lockout_check,
)
from accounts.services.sessions import person_log_ins_end
from accounts.tenant_settings import ACTIVATION_LINK_HOURS, PASSWORD_LINK_MINUTES
from accounts.tokens.derived import read_derived_token
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.events import publish
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import current_tenant_id, tenant_context

SET_UP_LINK_HOURS = 24


def password_check(*, user: User, password: str, field: str = "new_password") -> str:
    """Return the password in the form in which it is hashed, when this person may choose it.

    Args:
        field: the input field that an error names.

    Raises:
        PasswordTooWeak: it breaks the policy, or is one of this person's last five.
    """
    personal = (user.email, user.first_name, user.last_name)
    report = password_report(password, personal=personal)
    if not report.is_valid:
        raise PasswordTooWeak(
            " ".join(report.problems),
            field=field,
            suggestions=list(report.suggestions),
            score=report.score,
        )
    normal = normal_password(password)
    used = [user.password, *user.old_passwords.order_by("-id").values_list("password", flat=True)]
    if any(check_password(normal, old) for old in used[: HISTORY + 1] if old):
        raise PasswordTooWeak("You have used this password before: choose another.", field=field)
    return normal


def password_change(*, actor: Actor, user: User, current: str, new: str) -> None:
    """Give the person a new password; every other log-in of theirs ends, everywhere.

    Raises:
        PasswordWrong: ``current`` is not the present password; it counts as a failed log-in.
        AccountLocked: too many of those.
        PasswordTooWeak: the policy refuses ``new``.
    """
    digest = account_digest(str(user.pk))
    failures = lockout_check(digest=digest)
    if not user.check_password(normal_password(current)):
        failure_record(digest=digest, tenant=None)
        raise PasswordWrong("The present password is not correct.", field="current_password")
    normal = password_check(user=user, password=new)
    hashed = _hashed(user, normal)
    with transaction.atomic():
        if failures is not None:
            failures_clear(digest=digest)
        _write(actor=actor, user=user, hashed=hashed, was_reset=False, keep=actor.session_id)


def password_forgot(*, tenant: Tenant, identifier: str, portal: bool) -> AccessLink:
    """Write a link for whoever has this e-mail address or portal ID here, and ask for its mail.

    For a name that is nobody's the same is written and no mail follows, so neither the answer nor
    its time tells whether the account exists.
    """
    actor = Actor.anonymous()
    user, account = _person(identifier, portal=portal)
    with transaction.atomic():
        return access_link_create(
            actor=actor,
            tenant=tenant,
            purpose=AccessLinkPurpose.RESET,
            email=user.email if user else identifier.strip().lower()[:254],
            user=user,
            account=account,
        )


def access_link_create(
    *,
    actor: Actor,
    tenant: Tenant,
    purpose: AccessLinkPurpose,
    email: str,
    user: User | None,
    account: PortalAccount | None = None,
    is_repeated_sign_up: bool = False,
) -> AccessLink:
    """Write a link that sets a password once and ask for its mail; inside a transaction.

    Args:
        user: whose password it sets; None writes a decoy for which no mail is sent.
    """
    link = AccessLink.objects.create(
        purpose=purpose,
        email=email,
        user=user,
        portal_account=account,
        is_repeated_sign_up=is_repeated_sign_up,
        expires_at=system_now() + _lifetime(purpose, tenant),
    )
    subject = subject_of(link)
    audit(
        "accounts.access_link_create",
        actor=actor,
        subject=subject,
        reason=purpose,
        customer_id=account.customer_id if account else None,
    )
    if purpose != AccessLinkPurpose.SET_UP:
        event = PasswordResetRequested(access_link_id=link.pk, purpose=purpose)
        publish(event, subject=subject, customer_id=account.customer_id if account else None)
    return link


def access_link_read(*, token: str) -> AccessLink:
    """Return the living link that a token opens, with its person; nothing is used up.

    Raises:
        LinkInvalid: it is not ours, was used, is too old, or is a decoy's.
    """
    read = read_derived_token(ACCESS_LINK, token)
    if read is None:
        raise _link_invalid()
    with tenant_context(read.tenant_id):
        link = (
            AccessLink.objects.select_related("user", "portal_account")
            .filter(pk=read.row_id, used_at=None, expires_at__gt=system_now())
            .exclude(purpose=AccessLinkPurpose.COME_BACK)
            .first()
        )
    if link is None or link.user is None or not link.user.is_active:
        raise _link_invalid()
    return link


def password_reset(*, token: str, new: str) -> User:
    """Set a new password by a mailed link; the link is used up and every log-in ends.

    Whoever has the link has the mailbox: the address counts as proved, a locked account is open
    again.

    Raises:
        LinkInvalid: the link cannot be used.
        PasswordTooWeak: the policy refuses the password; the link stays usable.
    """
    link = access_link_read(token=token)
    user = link.user
    if user is None:
        raise _link_invalid()
    normal = password_check(user=user, password=new)
    hashed = _hashed(user, normal)
    with tenant_context(link.tenant_id), transaction.atomic():
        used = AccessLink.objects.filter(pk=link.pk, used_at=None).update(used_at=system_now())
        if not used:
            raise _link_invalid()
        actor = Actor(type=ActorType.ANONYMOUS, id=str(user.pk), label=user.email)
        if user.email_verified_at is None and user.email == link.email:
            user.email_verified_at = system_now()
            user.save(update_fields=["email_verified_at"])
        failures_clear(digest=account_digest(str(user.pk)))
        if link.portal_account is not None:
            portal_account_activate(actor=actor, account=link.portal_account)
        _write(actor=actor, user=user, hashed=hashed, was_reset=True, keep=None)
        others = AccessLink.objects.filter(user=user, used_at=None)
        others.update(used_at=system_now())
    return user


def password_set_first(*, user: User, password: str, field: str = "password") -> None:
    """Give a person who is being made the first password; the caller saves and audits.

    Args:
        field: the input field that an error names.

    Raises:
        PasswordTooWeak: the policy refuses it.
    """
    normal = password_check(user=user, password=password, field=field)
    user.set_password(normal)
    user.password_changed_at = system_now()


def _write(*, actor: Actor, user: User, hashed: str, was_reset: bool, keep: UUID | None) -> None:
    is_changed = user.has_usable_password()
    if is_changed:
        PasswordHistory.objects.create(user=user, password=user.password)
    old = user.old_passwords.order_by("-id").values_list("pk", flat=True)[HISTORY:]
    PasswordHistory.objects.filter(pk__in=list(old)).delete()
    user.password = hashed
    user.password_changed_at = system_now()
    user.must_change_password = False
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    subject = subject_of(user)
    audit(
        "accounts.password_reset" if was_reset else "accounts.password_change",
        actor=actor,
        subject=subject,
        customer_id=actor.customer_id,
    )
    event = PasswordChanged(user_id=user.pk, email=user.email, was_reset=was_reset)
    publish(event, subject=subject, customer_id=actor.customer_id)
    person_log_ins_end(actor=actor, user=user, keep=keep, reason="The password was changed.")
    if is_changed:
        guard_after_new_password(actor=actor, user=user)


def _person(identifier: str, *, portal: bool) -> tuple[User | None, PortalAccount | None]:
    name = identifier.strip()
    if portal:
        accounts = PortalAccount.objects.select_related("user").order_by("created_at")
        by_name = {"user__email": name.lower()} if "@" in name else {"portal_id": name.upper()}
        account = accounts.filter(**by_name).first()
        return (account.user, account) if account and account.user.is_active else (None, None)
    user = User.objects.filter(
        email=name.lower(), is_active=True, memberships__tenant_id=current_tenant_id()
    ).first()
    return user, None


def _hashed(user: User, normal: str) -> str:
    fresh = User()
    fresh.set_password(normal)
    return fresh.password


def _lifetime(purpose: AccessLinkPurpose, tenant: Tenant) -> timedelta:
    if purpose == AccessLinkPurpose.SET_UP:
        return timedelta(hours=SET_UP_LINK_HOURS)
    if purpose == AccessLinkPurpose.ACTIVATION:
        return timedelta(hours=ACTIVATION_LINK_HOURS.of(tenant))
    return timedelta(minutes=PASSWORD_LINK_MINUTES.of(tenant))


def _link_invalid() -> LinkInvalid:
    return LinkInvalid(
        "This link was used already or is too old. Ask for a new one.", field="token"
    )
