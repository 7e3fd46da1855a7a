"""Coming in: name and password, a second factor where there is one, and a session at the end.

A log-in that is refused says the same and takes the same time whatever was wrong: each costs one
hash of a password, real or not.
"""

from dataclasses import dataclass, field
from typing import Any, NoReturn
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet

from accounts.choices import MembershipStatus, PortalAccountStatus, SessionChannel
from accounts.errors import (
    AuthenticationRequired,
    EmailNotProved,
    InvalidCredentials,
    InvalidPortalCredentials,
    SecondFactorMissing,
    SecondFactorRequired,
    SecondFactorWrong,
)
from accounts.events import NewDeviceLogin
from accounts.models import (
    EmailCode,
    IdentityLink,
    IdentityProvider,
    LoginFailure,
    Membership,
    PortalAccount,
    Session,
    User,
)
from accounts.rules.passwords import LONGEST, normal_password
from accounts.rules.portal_ids import is_portal_id
from accounts.selectors.principals import SessionEntry, entry_of, held_roles
from accounts.selectors.second_factors import factor_state, has_factor, is_factor_waived
from accounts.services.guards import guard_after_new_device
from accounts.services.lockouts import (
    account_digest,
    failure_record,
    failures_clear,
    lockout_check,
)
from accounts.services.passkeys import PasskeyAnswer, passkey_show
from accounts.services.second_factors import factor_check
from accounts.services.sessions import Device, session_begin, session_factor_verify
from accounts.services.sign_on_checks import sign_on_check
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, NotFound
from ispplatform.core.events import publish
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import Subject, subject_of
from ispplatform.core.tenancy.context import across_tenants, tenant_context
from ispplatform.core.tenancy.lookup import tenant_by_id

Refusal = InvalidCredentials | SecondFactorWrong


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedIn:
    """A log-in that succeeded. ``entry`` decides, ``user`` is for showing."""

    entry: SessionEntry
    user: User


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """What one try to come in is made of.

    Args:
        is_known_device: no mail has to tell of it: it was seen before, or cannot be told apart.
        is_strange_device: the person logged in before, and never so.
        has_required_provider: the company has some of its colleagues come in by a provider.
        device: from where it is tried, for the trail of those that are refused.
    """

    name: str
    tenant: Tenant | None
    user: User | None
    account: Membership | PortalAccount | None
    is_known_device: bool = True
    is_strange_device: bool = False
    has_factor: bool = False
    has_required_provider: bool = False
    device: Device = field(default_factory=Device)

    @property
    def digest(self) -> str:
        """Whose failures are counted: the person's, else this name's at this company."""
        if self.user is not None:
            return account_digest(str(self.user.pk))
        return account_digest(f"{self.tenant.pk if self.tenant else ''}:{self.name.lower()}")


def staff_log_in(
    *,
    email: str,
    password: str,
    device: Device,
    channel: SessionChannel,
    tenant: Tenant | None,
    is_tenant_named: bool = False,
    code: str = "",
) -> LoggedIn:
    """Log a colleague in.

    In a browser the session may begin without its second factor and opens nothing until it is
    shown; a token is handed out only with it (waived in a sandbox on loopback).

    Args:
        tenant: the company that the request names, or that its host name belongs to, if any.
        is_tenant_named: the request names it: a membership elsewhere does not count.
        code: of the authenticator app, or a recovery code.

    Raises:
        InvalidCredentials: no colleague with this address and password.
        AccountLocked: too many failures.
        SignOnRequired: the password fits, and this colleague has to come in by a provider.
        SecondFactorRequired: the password fits, the code is missing.
        SecondFactorMissing: the colleague has to set a second factor up in the admin first.
        InvalidInput: colleague of several companies, and none is named.
    """
    attempt, choices = _staff_attempt(
        email, tenant=tenant, is_tenant_named=is_tenant_named, device=device
    )
    failures = lockout_check(digest=attempt.digest)
    user = _proved(attempt, password, refusal=InvalidCredentials)
    account = attempt.account
    if account is None and not (user.is_superuser and channel == SessionChannel.BROWSER):
        if choices > 1:
            raise InvalidInput("You work for several companies: name one.", field="tenant_id")
        _refuse(attempt, InvalidCredentials)
    home = attempt.tenant
    if home is None:
        raise NotFound("No company answers at this address.")
    if isinstance(account, Membership) and attempt.has_required_provider:
        account.user = user
        sign_on_check(account, tenant=home)
    asks_now = channel == SessionChannel.API and (attempt.has_factor or not is_factor_waived(home))
    if asks_now and not attempt.has_factor:
        raise SecondFactorMissing("Set up a second factor in the admin first.")
    if asks_now:
        _factor(attempt, user, code)
    with tenant_context(home.pk):
        return log_in_enter(
            attempt,
            user=user,
            channel=channel,
            device=device,
            failures=failures,
            is_factor_required=True,
            is_factor_verified=asks_now,
        )


def portal_log_in(
    *,
    tenant: Tenant,
    name: str,
    password: str,
    device: Device,
    channel: SessionChannel,
    is_remembered: bool = False,
    code: str = "",
) -> LoggedIn:
    """Log a customer in, by portal ID or e-mail address.

    A customer with a second factor: in a browser the session opens once it is shown, a token is
    handed out only with it.

    Raises:
        InvalidPortalCredentials: no account with this name and password.
        AccountLocked: too many failures.
        SecondFactorRequired: the password fits, the code is missing.
        EmailNotProved: the password fits, the address was never confirmed.
    """
    attempt = _portal_attempt(name, tenant=tenant, device=device)
    failures = lockout_check(digest=attempt.digest)
    user = _proved(attempt, password, refusal=InvalidPortalCredentials)
    account = attempt.account
    if not isinstance(account, PortalAccount) or account.status == PortalAccountStatus.DISABLED:
        _refuse(attempt, InvalidPortalCredentials)
    if account.status == PortalAccountStatus.PENDING:
        raise EmailNotProved(
            "Confirm your e-mail address first: we have sent you a code.", email=user.email
        )
    asks_now = channel == SessionChannel.API and attempt.has_factor
    if asks_now:
        _factor(attempt, user, code)
    return log_in_enter(
        attempt,
        user=user,
        channel=channel,
        device=device,
        failures=failures,
        is_remembered=is_remembered,
        is_factor_required=attempt.has_factor,
        is_factor_verified=asks_now,
    )


def portal_enter_by_proof(
    *, code: EmailCode, device: Device, channel: SessionChannel, is_remembered: bool = False
) -> SessionEntry | None:
    """Log a customer in who has just proved the address of a sign-up; in the code's tenant.

    Returns:
        The session's entry; None when the account is closed, or a second factor has to be shown:
        then they log in by hand.
    """
    account, user = code.portal_account, code.user
    if account is None or user is None or account.status != PortalAccountStatus.ACTIVE:
        return None
    if User.objects.filter(has_factor("pk"), pk=user.pk).exists():
        return None
    account.user = user
    attempt = Attempt(name=user.email, tenant=None, user=user, account=account)
    return log_in_enter(
        attempt,
        user=user,
        channel=channel,
        device=device,
        failures=None,
        is_factor_required=False,
        is_factor_verified=False,
        is_remembered=is_remembered,
    ).entry


def session_factor_show(
    *, entry: SessionEntry, code: str = "", passkey: PasskeyAnswer | None = None
) -> None:
    """Open a session that waits for its second factor.

    Args:
        passkey: an answer to a question of this session, instead of a code.

    Raises:
        PasskeyRefused: it is not one of the person's.
        SecondFactorWrong: the code is not one of the person's; it counts as a failed log-in.
        AccountLocked: too many of those.
    """
    with tenant_context(entry.tenant_id):
        user = User.objects.get(pk=entry.user_id)
        attempt = Attempt(
            name=user.email, tenant=tenant_by_id(entry.tenant_id), user=user, account=None
        )
        lockout_check(digest=attempt.digest)
        if passkey is not None:
            passkey_show(user=user, session_id=entry.session_id, answer=passkey)
        else:
            _factor(attempt, user, code)
        failures_clear(digest=attempt.digest)
        session_factor_verify(session_id=entry.session_id, actor=entry.actor())


def _staff_attempt(
    email: str, *, tenant: Tenant | None, is_tenant_named: bool, device: Device
) -> tuple[Attempt, int]:
    """Return the attempt, and for how many companies this person works."""
    address = _typed(email).lower()
    people = _people(address, device=device)
    found = [person.work for person in people if hasattr(person, "work")]
    person = people[0] if people else None
    here = [row for row in found if tenant is not None and row.tenant_id == tenant.pk]
    if not here and len(found) == 1 and not is_tenant_named:
        here = found
    if not here or person is None:
        attempt = Attempt(
            name=address,
            tenant=tenant,
            user=person,
            account=None,
            has_factor=bool(person and person.has_factor),
            device=device,
        )
        return attempt, len(found)
    (row,) = here
    attempt = Attempt(
        name=address,
        tenant=tenant_by_id(row.tenant_id),
        user=person,
        account=row,
        is_known_device=not device.digest or not person.has_logged_in or person.is_known_device,
        has_factor=person.has_factor,
        has_required_provider=next(
            one.has_required_provider for one in people if getattr(one, "work", None) is row
        ),
        device=device,
    )
    return attempt, len(found)


def _people(address: str, *, device: Device) -> list[Any]:
    """Return the person with an address as often as they work somewhere, each time with ``work``.

    An operator who works nowhere comes once, without. It is one query whoever is known, so that
    time tells nothing.
    """
    mine = Session.objects.filter(user=OuterRef("pk"))
    working = Q(memberships__status=MembershipStatus.ACTIVE)
    required: QuerySet[IdentityProvider] = QuerySet(IdentityProvider).filter(
        tenant_id=OuterRef("work__tenant_id"), is_active=True, is_required=True
    )
    with across_tenants("a colleague's companies are found by the e-mail address"):
        return list(
            User.objects.filter(email=address, is_active=True)
            .annotate(
                work=FilteredRelation("memberships", condition=working),
                has_factor=has_factor("pk"),
                has_logged_in=Exists(mine),
                is_known_device=Exists(mine.filter(device_digest=device.digest)),
            )
            .filter(Q(work__isnull=False) | Q(is_superuser=True))
            .annotate(has_required_provider=Exists(required))
            .select_related("work")  # type: ignore[misc] # the stubs do not know the annotation
            .order_by("work__created_at")
        )


def _typed(name: str) -> str:
    """Return what was typed as a name, without what no name holds and no column takes."""
    return name.encode(errors="ignore").decode().replace("\0", "").strip()[:254]


def _portal_attempt(name: str, *, tenant: Tenant, device: Device) -> Attempt:
    text = _typed(name)
    accounts: QuerySet[PortalAccount, Any] = PortalAccount.objects.filter(user__is_active=True)
    if "@" in text:
        accounts = accounts.filter(user__email=text.lower())
    else:
        accounts = accounts.filter(portal_id=text.upper())
    mine = Session.objects.filter(user=OuterRef("user_id"))
    row = (
        accounts.select_related("user")
        .annotate(
            has_factor=has_factor("user_id"),
            has_logged_in=Exists(mine),
            is_known_device=Exists(mine.filter(device_digest=device.digest)),
        )
        .order_by("status", "created_at")  # active sorts before disabled and pending
        .first()
    )
    if row is None:
        return Attempt(name=text, tenant=tenant, user=None, account=None, device=device)
    is_known = not device.digest or not row.has_logged_in or row.is_known_device
    return Attempt(
        name=text,
        tenant=tenant,
        user=row.user,
        account=row,
        is_known_device=is_known,
        is_strange_device=row.has_logged_in and not row.is_known_device,
        has_factor=row.has_factor,
        device=device,
    )


def _proved(attempt: Attempt, password: str, *, refusal: type[InvalidCredentials]) -> User:
    """Return the person when the password is theirs, at the cost of one hash in every case."""
    normal = normal_password(password[: LONGEST + 1])
    user = attempt.user
    if user is None or not user.has_usable_password():
        User().set_password(normal)
        _refuse(attempt, refusal)
    if not user.check_password(normal):
        _refuse(attempt, refusal)
    return user


def _factor(attempt: Attempt, user: User, code: str) -> None:
    """Return when the code is one of the person's second factors.

    Raises:
        SecondFactorRequired: there is no code.
        SecondFactorWrong: it is not; it counts as a failed log-in.
    """
    if not code:
        raise SecondFactorRequired(
            "Send a code of your second factor, too.",
            methods=list(factor_state(user.pk).methods),
        )
    if attempt.tenant is None:
        raise NotFound("No company answers at this address.")
    with tenant_context(attempt.tenant.pk):
        is_right = factor_check(user=user, code=code)
    if not is_right:
        _refuse(attempt, SecondFactorWrong)


def _refuse(attempt: Attempt, refusal: type[Refusal]) -> NoReturn:
    """Count a failure, leave a trace of it, and raise ``refusal``."""
    tenant, account = attempt.tenant, attempt.account
    with transaction.atomic():
        failure_record(digest=attempt.digest, tenant=tenant)
        if tenant is not None:
            with tenant_context(tenant.pk):
                audit(
                    "accounts.log_in_refused",
                    actor=Actor.anonymous(),
                    subject=_refused_subject(attempt),
                    reason=refusal.code,
                    after=_where(attempt.device),
                    customer_id=account.customer_id if isinstance(account, PortalAccount) else None,
                )
    raise refusal()


def _where(device: Device) -> dict[str, str]:
    """Return what is known of the device, as the trail keeps it; nothing when nothing is."""
    known = {"ip_address": device.address, "device": device.user_agent[:300]}
    return {name: value for name, value in known.items() if value}


def _refused_subject(attempt: Attempt) -> Subject:
    if attempt.user is not None:
        return subject_of(attempt.user)
    # Somebody may have typed a password where the name belongs: keep only what looks like a name.
    looks_like_a_name = "@" in attempt.name or is_portal_id(attempt.name.upper())
    return Subject(
        type="accounts.user",
        id=UUID(hex=attempt.digest[:32]),
        label=attempt.name if looks_like_a_name else "unknown",
    )


def log_in_enter(
    attempt: Attempt,
    *,
    user: User,
    channel: SessionChannel,
    device: Device,
    failures: LoginFailure | None,
    is_factor_required: bool,
    is_factor_verified: bool,
    is_remembered: bool = False,
    identity: IdentityLink | None = None,
) -> LoggedIn:
    """Begin the session of a person who has proved who they are, and note the log-in.

    Args:
        identity: by which identity at a provider they came in; None by a way of our own.
    """
    account = attempt.account
    roles = held_roles(account) if isinstance(account, Membership) else []
    with transaction.atomic():
        # Wrong codes are counted with wrong passwords: a right password alone clears neither.
        if failures is not None and (is_factor_verified or not attempt.has_factor):
            failures_clear(digest=attempt.digest)
        session = session_begin(
            user=user,
            account=account,
            channel=channel,
            device=device,
            is_remembered=is_remembered,
            is_factor_required=is_factor_required,
            factor_verified_at=system_now() if is_factor_verified else None,
            identity_link_id=identity.pk if identity else None,
        )
        entry = entry_of(session, roles=roles)
        if entry is None:
            raise AuthenticationRequired("This account was closed a moment ago.")
        audit(
            "accounts.log_in",
            actor=entry.actor(),
            subject=subject_of(user),
            after={
                "channel": channel,
                "ip_address": device.address,
                "device": device.user_agent,
                **({"identity_provider": identity.provider.name} if identity else {}),
            },
            customer_id=entry.customer_id,
        )
        if not attempt.is_known_device:
            _publish_new_device(session, user)
        if attempt.is_strange_device:
            guard_after_new_device(actor=entry.actor(), user=user)
    return LoggedIn(entry=entry, user=user)


def _publish_new_device(session: Session, user: User) -> None:
    account = session.portal_account
    event = NewDeviceLogin(
        session_id=session.pk,
        user_id=user.pk,
        email=user.email,
        user_agent=session.user_agent,
        ip_address=session.ip_address or "",
    )
    customer_id = account.customer_id if account is not None else None
    publish(event, subject=subject_of(user), customer_id=customer_id)
