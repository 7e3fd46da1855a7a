"""Customers' log-ins: made in a sign-up, in a checkout or by staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.choices import AccessLinkPurpose, EmailCodePurpose, PortalAccountStatus
from accounts.errors import AccountExists
from accounts.events import PortalAccountRegistered
from accounts.models import EmailCode, PortalAccount, Session, User
from accounts.rules.portal_ids import new_portal_id
from accounts.services.email_codes import email_code_send, portal_account_activate
from accounts.services.grants import grants_of_customers_check
from accounts.services.passwords import access_link_create, password_check, password_set_first
from accounts.services.sessions import sessions_end, sessions_refresh_permissions
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.events import publish
from ispplatform.core.ids import uuid7
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of

MANAGE = "portal_accounts:manage"
_TRIES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class SignUp:
    """What a visitor says who signs up."""

    email: str
    password: str
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    country: str = ""
    phone: str = ""
    language: str = ""


def portal_account_create(
    *,
    actor: Actor,
    tenant: Tenant,
    customer_id: UUID,
    email: str,
    password: str | None = None,
    first_name: str = "",
    last_name: str = "",
    language: str = "en",
    grants: Iterable[str] = ("*",),
    is_proved: bool = False,
) -> PortalAccount:
    """Give a customer a log-in; the customer exists already or is made in the same transaction.

    A person with this e-mail address who is known here or in another company keeps the password
    they have; ``password`` is for new people only.

    Args:
        customer_id: opaque here; whom the account acts for.
        password: None leaves the account without one: send an activation link.
        grants: narrows what the role ``customer`` allows.
        is_proved: the address needs no confirmation (staff vouch for it, or an import).

    Returns:
        The account: pending until its address is proved by a code or link, else active.

    Raises:
        AccountExists: this person has a log-in for this customer already.
        PasswordTooWeak: the policy refuses the password.
        PermissionUnknown: a grant means nothing that customers may do.
    """
    wanted = sorted(set(grants))
    grants_of_customers_check(wanted)
    address = email.strip().lower()
    with transaction.atomic():
        user = User.objects.filter(email=address).first() or _user_create(
            email=address,
            password=password,
            first_name=first_name,
            last_name=last_name,
            language=language,
        )
        account = _account_create(user=user, customer_id=customer_id, grants=wanted)
        audit(
            "accounts.portal_account_create",
            actor=actor,
            subject=subject_of(account),
            after={"portal_id": account.portal_id, "email": address, "grants": wanted},
            customer_id=customer_id,
        )
        if is_proved:
            portal_account_activate(actor=actor, account=account)
    return account


def portal_account_invite(*, actor: Actor, tenant: Tenant, account: PortalAccount) -> None:
    """Mail the link by which a customer sets the first password of an account that staff made.

    Raises:
        NotPermitted: the actor may not.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        access_link_create(
            actor=actor,
            tenant=tenant,
            purpose=AccessLinkPurpose.ACTIVATION,
            email=account.user.email,
            user=account.user,
            account=account,
        )


def portal_sign_up(*, tenant: Tenant, sign_up: SignUp) -> EmailCode:
    """Sign a visitor up: person, pending account, a mailed code, and the wish for a customer.

    The answer is the same whether the address is known or not. With an open account here: nothing
    is made, and a mail says that there is one. Never confirmed: the sign-up starts over. Known in
    another company: the account is made for the same person, who keeps their password.

    Returns:
        The code's row; its id goes back to the visitor, who confirms with id and code.

    Raises:
        PasswordTooWeak: the policy refuses the password.
    """
    address = sign_up.email.strip().lower()
    stranger = User(email=address, first_name=sign_up.first_name, last_name=sign_up.last_name)
    normal = password_check(user=stranger, password=sign_up.password, field="password")
    stranger.set_password(normal)  # every case costs one hash
    actor = Actor.anonymous()
    with transaction.atomic():
        known = PortalAccount.objects.filter(user__email=address).select_related("user").first()
        if known is not None and known.status == PortalAccountStatus.PENDING:
            return _sign_up_pending(tenant=tenant, account=known, hashed=stranger.password)
        if known is not None:
            return _sign_up_again(tenant=tenant, account=known)
        user = User.objects.filter(email=address).first()
        if user is None:
            user = stranger
            user.preferences["language"] = sign_up.language or "en"
            user.save()
        account = portal_account_create(
            actor=actor, tenant=tenant, customer_id=uuid7(), email=address
        )
        _publish_registered(account, sign_up)
        return email_code_send(
            actor=actor,
            tenant=tenant,
            purpose=EmailCodePurpose.SIGN_UP,
            email=address,
            user=user,
            portal_account=account,
        )


def portal_account_set_status(
    *, actor: Actor, account: PortalAccount, status: PortalAccountStatus, reason: str
) -> None:
    """Disable or open a log-in; disabling ends its sessions within a second.

    Raises:
        NotPermitted: the actor may not.
    """
    actor.require(MANAGE)
    status_write(actor=actor, account=account, status=status, reason=reason)


def status_write(
    *, actor: Actor, account: PortalAccount, status: PortalAccountStatus, reason: str
) -> None:
    """Write whether a log-in is open; who may is decided before."""
    with transaction.atomic():
        before = account.status
        account.status = status
        account.save(update_fields=["status"])
        audit(
            "accounts.portal_account_set_status",
            actor=actor,
            subject=subject_of(account),
            reason=reason,
            before={"status": before},
            after={"status": status},
            customer_id=account.customer_id,
        )
        if status != PortalAccountStatus.ACTIVE:
            sessions_end(
                actor=actor,
                sessions=Session.objects.filter(portal_account=account),
                reason="The account was disabled.",
            )


def portal_account_set_grants(
    *, actor: Actor, account: PortalAccount, grants: Iterable[str]
) -> None:
    """Choose what this log-in may do for its customer, from the next request on.

    Raises:
        NotPermitted: the actor may not.
        PermissionUnknown: a grant means nothing that customers may do.
    """
    actor.require(MANAGE)
    grants_write(actor=actor, account=account, grants=grants)


def grants_write(*, actor: Actor, account: PortalAccount, grants: Iterable[str]) -> None:
    """Write what a log-in may do; who may is decided before.

    Raises:
        PermissionUnknown: a grant means nothing that customers may do.
    """
    wanted = sorted(set(grants))
    grants_of_customers_check(wanted)
    with transaction.atomic():
        before = account.grants
        account.grants = wanted
        account.save(update_fields=["grants"])
        audit(
            "accounts.portal_account_set_grants",
            actor=actor,
            subject=subject_of(account),
            before={"grants": before},
            after={"grants": wanted},
            customer_id=account.customer_id,
        )
        sessions_refresh_permissions(sessions=Session.objects.filter(portal_account=account))


def _user_create(
    *, email: str, password: str | None, first_name: str, last_name: str, language: str
) -> User:
    user = User(email=email, first_name=first_name[:80], last_name=last_name[:80])
    user.preferences["language"] = language
    if password is None:
        user.set_unusable_password()
    else:
        password_set_first(user=user, password=password)
    user.save()
    return user


def _account_create(*, user: User, customer_id: UUID, grants: list[str]) -> PortalAccount:
    if PortalAccount.objects.filter(user=user, customer_id=customer_id).exists():
        raise AccountExists("This person has a log-in for this customer already.", field="email")
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                return PortalAccount.objects.create(
                    user=user, customer_id=customer_id, grants=grants, portal_id=new_portal_id()
                )
        except IntegrityError:
            continue  # the portal ID is taken: draw another
    raise RuntimeError("No free portal ID in twenty draws: the letters are used up.")


def _sign_up_pending(*, tenant: Tenant, account: PortalAccount, hashed: str) -> EmailCode:
    """Start a sign-up over that was never confirmed: earlier codes end, this password counts.

    Ending the earlier codes is what keeps somebody else's password out: the code in a mail opens
    the account only with the password of the sign-up that sent it.
    """
    user = account.user
    EmailCode.objects.filter(portal_account=account, used_at=None).update(used_at=system_now())
    if user.email_verified_at is None:
        user.password = hashed
        user.password_changed_at = system_now()
        user.save(update_fields=["password", "password_changed_at"])
    return email_code_send(
        actor=Actor.anonymous(),
        tenant=tenant,
        purpose=EmailCodePurpose.SIGN_UP,
        email=user.email,
        user=user,
        portal_account=account,
    )


def _sign_up_again(*, tenant: Tenant, account: PortalAccount) -> EmailCode:
    """Answer a sign-up with a known address: the same to the eye, and a mail to the owner."""
    actor = Actor.anonymous()
    access_link_create(
        actor=actor,
        tenant=tenant,
        purpose=AccessLinkPurpose.RESET,
        email=account.user.email,
        user=account.user,
        account=account,
        is_repeated_sign_up=True,
    )
    return email_code_send(
        actor=actor,
        tenant=tenant,
        purpose=EmailCodePurpose.SIGN_UP,
        email=account.user.email,
        user=None,
    )


def _publish_registered(account: PortalAccount, sign_up: SignUp) -> None:
    event = PortalAccountRegistered(
        portal_account_id=account.pk,
        customer_id=account.customer_id,
        portal_id=account.portal_id,
        email=account.user.email,
        first_name=sign_up.first_name,
        last_name=sign_up.last_name,
        company_name=sign_up.company_name,
        country=sign_up.country,
        phone=sign_up.phone,
        language=sign_up.language,
    )
    publish(event, subject=subject_of(account), customer_id=account.customer_id)
