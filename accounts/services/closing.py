"""People close their own log-in: for a while, for good with a way back, or for good at once."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from accounts.choices import AccessLinkPurpose, LoginClosing
from accounts.errors import LinkInvalid
from accounts.events import LoginClosed
from accounts.models import AccessLink, Membership, PortalAccount, User
from accounts.rules.passwords import LONGEST, normal_password
from accounts.selectors.closing import closing_check, closings_due
from accounts.selectors.guards import guard_check
from accounts.selectors.mails import ACCESS_LINK
from accounts.selectors.users import tenants_of_person
from accounts.services.erasing import person_erase
from accounts.services.integrations import integrations_of_person_check
from accounts.services.lockouts import (
    account_digest,
    failure_record,
    failures_clear,
    lockout_check,
)
from accounts.services.passwords import access_link_create
from accounts.services.sessions import person_log_ins_end
from accounts.tenant_settings import ERASE_AFTER_DAYS
from accounts.tokens.derived import read_derived_token
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotPermitted
from ispplatform.core.events import publish
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context

CLOSED = "The log-in was closed."
ERASED, BACK = "erased", "back"
PLATFORM = Actor.system("accounts")


def login_close(*, actor: Actor, tenant: Tenant, user: User, how: LoginClosing) -> None:
    """Close a person's own log-in, in every company of theirs; all their sessions end.

    The person has shown the password, and a second factor where there is one, before
    (``identity_prove``). A deletion becomes final after ``ERASE_AFTER_DAYS`` or, with ``HARD``, at
    once (``person_erase``); until then ``return_ask`` leads back.

    Raises:
        NotPermitted: the actor only looks on.
        LoginGuarded: a deletion at once, by a log-in that is guarded.
        OperatorStays, LastOwner, LastLogIn: see ``closing_check``.
    """
    if actor.on_behalf_of or actor.client_id:
        raise NotPermitted("Only the person closes their log-in.")
    if how == LoginClosing.HARD:
        guard_check(actor)
    with transaction.atomic():
        row = _locked(user)
        closing_check(row, is_for_good=how != LoginClosing.PAUSE)
        now = system_now()
        row.is_active, row.closed_at = False, now
        if how == LoginClosing.SOFT:
            row.erase_at = now + timedelta(days=ERASE_AFTER_DAYS.of(tenant))
        row.save(update_fields=["is_active", "closed_at", "erase_at"])
        _tell(actor, row, "accounts.login_close", how.value, tenant.pk)
        person_log_ins_end(actor=actor, user=row, keep=None, reason=CLOSED)
        _integrations_check(row)
        if how == LoginClosing.HARD:
            person_erase(actor=actor, user=row)


def return_ask(*, tenant: Tenant, email: str, password: str) -> None:
    """Mail a link that opens a closed log-in again, when this is its password; else nothing.

    Whatever is wrong, the answer and its cost are the same; a wrong password counts as a failed
    log-in.

    Raises:
        AccountLocked: too many of those.
    """
    address = email.strip().lower()
    user = User.objects.filter(email=address, is_active=False, closed_at__isnull=False).first()
    name = str(user.pk) if user is not None else f"{tenant.pk}:{address}"
    digest = account_digest(name)
    failures = lockout_check(digest=digest)
    normal = normal_password(password[: LONGEST + 1])
    if user is None:
        User().set_password(normal)
    if user is None or not user.check_password(normal):
        failure_record(digest=digest, tenant=tenant)
        return
    if failures is not None:
        failures_clear(digest=digest)
    if tenant.pk not in tenants_of_person(user):
        return
    with transaction.atomic():
        access_link_create(
            actor=Actor(type=ActorType.ANONYMOUS, id=str(user.pk), label=user.email),
            tenant=tenant,
            purpose=AccessLinkPurpose.COME_BACK,
            email=user.email,
            user=user,
        )


def return_link_read(*, token: str) -> AccessLink:
    """Return the living link that opens a closed log-in again; nothing is used up.

    Raises:
        LinkInvalid: it is not ours, was used, is too old, or the log-in is gone.
    """
    read = read_derived_token(ACCESS_LINK, token)
    link = None
    if read is not None:
        with tenant_context(read.tenant_id):
            link = (
                AccessLink.objects.select_related("user")
                .filter(
                    pk=read.row_id,
                    purpose=AccessLinkPurpose.COME_BACK,
                    used_at=None,
                    expires_at__gt=system_now(),
                    user__closed_at__isnull=False,
                    user__erased_at=None,
                )
                .first()
            )
    if link is None or link.user is None:
        raise LinkInvalid("This link was used already or is too old.", field="token")
    return link


def login_return(*, token: str) -> User:
    """Open a closed log-in again by the mailed link; a deletion that waited is off.

    Nobody is logged in by it.

    Raises:
        LinkInvalid: see ``return_link_read``.
    """
    link = return_link_read(token=token)
    with tenant_context(link.tenant_id), transaction.atomic():
        used = AccessLink.objects.filter(pk=link.pk, used_at=None).update(used_at=system_now())
        row = User.objects.select_for_update().get(access_links=link)
        if not used or row.closed_at is None or row.erased_at is not None:
            raise LinkInvalid("This link was used already or is too old.", field="token")
        others = AccessLink.objects.filter(user=row, purpose=AccessLinkPurpose.COME_BACK)
        others.filter(used_at=None).update(used_at=system_now())
        row.is_active, row.closed_at, row.erase_at = True, None, None
        row.save(update_fields=["is_active", "closed_at", "erase_at"])
        actor = Actor(type=ActorType.ANONYMOUS, id=str(row.pk), label=row.email)
        _tell(actor, row, "accounts.login_return", BACK, link.tenant_id)
        _integrations_check(row)
    return row


def closings_finish() -> int:
    """Make the deletions final whose time to come back is over; return how many."""
    return sum(_finish(pk) for pk in list(closings_due().values_list("pk", flat=True)))


def _finish(pk: UUID) -> int:
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=pk)
        if row.erase_at is None or row.erase_at > system_now() or row.erased_at is not None:
            return 0
        tenants = sorted(tenants_of_person(row))
        if tenants:
            _tell(PLATFORM, row, "accounts.login_erase", ERASED, tenants[0])
        person_erase(actor=PLATFORM, user=row)
    return 1


def _locked(user: User) -> User:
    """Return the person, locked behind the owners of their companies and the log-ins of their
    customers: of two who go at the same moment one comes first, and the other is the last.
    """
    for tenant_id in sorted(tenants_of_person(user)):
        with tenant_context(tenant_id):
            owners = Membership.objects.select_for_update().filter(is_owner=True)
            list(owners.order_by("pk").values_list("pk", flat=True))
            mine = PortalAccount.objects.filter(user=user).values("customer_id")
            beside = PortalAccount.objects.select_for_update().filter(customer_id__in=mine)
            list(beside.order_by("pk").values_list("pk", flat=True))
    return User.objects.select_for_update().get(pk=user.pk)


def _integrations_check(user: User) -> None:
    """Look at the integrations of somebody who is away, or back, in each of their companies."""
    for tenant_id in sorted(tenants_of_person(user, Membership)):
        with tenant_context(tenant_id):
            integrations_of_person_check(user.pk)


def _tell(actor: Actor, user: User, act: str, what: str, mailed_by: UUID) -> None:
    """Note it in the trail of every company of the person, and ask for one mail."""
    erase_at = user.erase_at.isoformat() if user.erase_at else ""
    for tenant_id in sorted(tenants_of_person(user)):
        with tenant_context(tenant_id):
            audit(
                act,
                actor=actor,
                subject=subject_of(user),
                reason=what,
                after={"erase_at": erase_at},
                customer_id=actor.customer_id if tenant_id == mailed_by else None,
            )
    with tenant_context(mailed_by):
        event = LoginClosed(
            user_id=user.pk,
            what=what,
            email=user.email,
            full_name=user.get_full_name(),
            language=str(user.preferences.get("language") or "en"),
            erase_at=erase_at,
        )
        publish(event, subject=subject_of(user), customer_id=actor.customer_id)
