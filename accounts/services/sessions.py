"""Log-ins as rows: begun, used, changed, ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.choices import (
    MembershipStatus,
    PortalAccountStatus,
    SessionChannel,
    SessionKind,
)
from accounts.errors import SessionUnknown, SignOnBound, TenantNotYours
from accounts.models import Membership, OAuthClient, PortalAccount, Session, User
from accounts.rules.session_times import TOUCH_SECONDS, idle_seconds, session_expiry
from accounts.selectors.entry_cache import entries_forget_on_commit, once_per
from accounts.selectors.identity_providers import provider_required_of
from accounts.selectors.principals import SESSION, SessionEntry
from accounts.tokens.encoding import text_digest
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import across_tenants, tenant_context


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """What is known of the device that logs in.

    Args:
        address: IP address; empty when unknown.
        user_agent: as the program calls itself; 300 characters are kept.
        key: a value that the device brings each time (cookie or fingerprint); empty if none.
    """

    address: str = ""
    user_agent: str = ""
    key: str = ""

    @property
    def digest(self) -> str:
        """The device key's digest, as sessions keep it; empty without a key."""
        return text_digest(self.key) if self.key else ""


def session_begin(
    *,
    user: User,
    account: Membership | PortalAccount | None,
    channel: SessionChannel,
    device: Device,
    is_remembered: bool = False,
    is_factor_required: bool = False,
    factor_verified_at: datetime | None = None,
    client: OAuthClient | None = None,
    scopes: Iterable[str] = (),
    identity_link_id: UUID | None = None,
) -> Session:
    """Write the row of a new log-in, inside the transaction that decided it; one statement.

    Args:
        account: what the person comes in as; None for the installation's operator.
        client, scopes: the program that the person lets act, and how far.
        identity_link_id: by which identity at a provider the person came in.
    """
    now = system_now()
    kind = SessionKind.PORTAL if isinstance(account, PortalAccount) else SessionKind.STAFF
    idle = idle_seconds(kind=kind, channel=channel, is_remembered=is_remembered)
    return Session.objects.create(
        user=user,
        kind=kind,
        channel=channel,
        membership=account if isinstance(account, Membership) else None,
        portal_account=account if isinstance(account, PortalAccount) else None,
        user_agent=device.user_agent[:300],
        ip_address=device.address or None,
        device_digest=device.digest,
        idle_seconds=idle,
        authenticated_at=now,
        is_factor_required=is_factor_required,
        factor_verified_at=factor_verified_at,
        client=client,
        scopes=list(scopes),
        identity_link_id=identity_link_id,
        last_seen_at=now,
        expires_at=session_expiry(
            now=now, began_at=now, idle_seconds=idle, kind=kind, channel=channel
        ),
    )


def session_touch(*, entry: SessionEntry) -> None:
    """Note that the session is in use, at most once a minute, and move its end."""
    if not once_per(SESSION, entry.session_id, seconds=TOUCH_SECONDS):
        return
    now = system_now()
    with tenant_context(entry.tenant_id):
        session = Session.objects.filter(pk=entry.session_id, ended_at=None).first()
        if session is None:
            return
        Session.objects.filter(pk=session.pk, ended_at=None).update(
            last_seen_at=now,
            expires_at=session_expiry(
                now=now,
                began_at=session.created_at,
                idle_seconds=session.idle_seconds,
                kind=session.kind,
                channel=session.channel,
            ),
        )


def session_factor_verify(*, session_id: UUID, actor: Actor) -> None:
    """Note that the person showed a second factor in this session."""
    with transaction.atomic():
        session = Session.objects.get(pk=session_id)
        session.factor_verified_at = system_now()
        session.save(update_fields=["factor_verified_at"])
        audit("accounts.session_factor_verify", actor=actor, subject=subject_of(session))
        entries_forget_on_commit(SESSION, [session.pk])


def session_move(*, entry: SessionEntry, tenant_id: UUID, device: Device) -> Session:
    """Begin a colleague's browser session in another company and end the present one.

    A second factor that was shown counts there too, and the 16 hours begin anew.

    Raises:
        TenantNotYours: the colleague does not work for that company.
        SignOnBound: an identity provider vouched for the person, which counts in its own company
            alone; or that company has its colleagues come in by one.
    """
    if entry.is_signed_on:
        raise SignOnBound("This log-in counts in this company alone.")
    with tenant_context(tenant_id):
        membership = (
            Membership.objects.filter(user_id=entry.user_id, status=MembershipStatus.ACTIVE)
            .select_related("user")
            .first()
        )
    if membership is None or entry.kind is not SessionKind.STAFF:
        raise TenantNotYours("You do not work for this company.")
    with tenant_context(tenant_id):
        provider = provider_required_of(membership)
    if provider is not None:
        raise SignOnBound(f"That company logs in with {provider.name}.")
    with transaction.atomic():
        with tenant_context(entry.tenant_id):
            mine = Session.objects.filter(pk=entry.session_id)
            sessions_end(actor=entry.actor(), sessions=mine, reason="Went to another company.")
        with tenant_context(tenant_id):
            session = session_begin(
                user=membership.user,
                account=membership,
                channel=SessionChannel.BROWSER,
                device=device,
                is_factor_required=True,
                factor_verified_at=system_now() if entry.is_factor_verified else None,
            )
            audit(
                "accounts.session_move",
                actor=entry.actor(),
                subject=subject_of(membership.user),
                reason="from another company",
            )
    return session


def portal_session_move(*, entry: SessionEntry, account_id: UUID, device: Device) -> Session:
    """Begin a customer's browser session for another of their customers and end the present one.

    A second factor that was shown counts there too.

    Raises:
        TenantNotYours: the person does not act for that customer, or only looks on.
    """
    with tenant_context(entry.tenant_id):
        account = (
            PortalAccount.objects.filter(
                pk=account_id, user_id=entry.user_id, status=PortalAccountStatus.ACTIVE
            )
            .select_related("user")
            .first()
        )
        if account is None or entry.viewer or entry.kind is not SessionKind.PORTAL:
            raise TenantNotYours("You do not act for this customer.")
        with transaction.atomic():
            present = Session.objects.get(pk=entry.session_id)
            mine = Session.objects.filter(pk=entry.session_id)
            sessions_end(actor=entry.actor(), sessions=mine, reason="Went to another customer.")
            usual = idle_seconds(
                kind=SessionKind.PORTAL, channel=SessionChannel.BROWSER, is_remembered=False
            )
            session = session_begin(
                user=account.user,
                account=account,
                channel=SessionChannel.BROWSER,
                device=device,
                is_remembered=present.idle_seconds != usual,
                is_factor_required=entry.is_factor_required,
                factor_verified_at=present.factor_verified_at,
            )
            audit(
                "accounts.session_move",
                actor=entry.actor(),
                subject=subject_of(account.user),
                reason="from another customer",
                customer_id=account.customer_id,
            )
    return session


def session_end(*, actor: Actor, user_id: UUID, session_id: UUID, reason: str) -> None:
    """End one log-in of a person; ended ones stay as they are.

    Raises:
        SessionUnknown: no such log-in of this person in this tenant.
    """
    mine = Session.objects.filter(user_id=user_id)
    if not mine.filter(pk=session_id).exists():
        raise SessionUnknown("There is no such log-in.")
    sessions_end(actor=actor, sessions=mine.filter(pk=session_id), reason=reason)


def sessions_end(*, actor: Actor, sessions: QuerySet[Session], reason: str) -> int:
    """End log-ins: their tokens and cookies are worthless within a second.

    With a colleague's log-in end the looks at the portal that they took as a customer.

    Args:
        sessions: which; those that have ended already are left alone.
        reason: what the person reads in the list of their log-ins.

    Returns:
        How many were ended.
    """
    with transaction.atomic():
        ending = list(sessions.filter(ended_at=None).select_related("portal_account"))
        if not ending:
            return 0
        ending += _views_of(one.membership_id for one in ending).select_related("portal_account")
        keys = [session.pk for session in ending]
        Session.objects.filter(pk__in=keys).update(ended_at=system_now(), end_reason=reason)
        for session in ending:
            account = session.portal_account
            audit(
                "accounts.session_end",
                actor=actor,
                subject=subject_of(session),
                reason=reason,
                customer_id=account.customer_id if account else None,
            )
        entries_forget_on_commit(SESSION, keys)
        return len(ending)


def person_log_ins_end(*, actor: Actor, user: User, keep: UUID | None, reason: str) -> None:
    """End every log-in of a person in every company; inside a transaction.

    Args:
        keep: the session that goes on, if any; it is read anew.
    """
    with across_tenants("what changes how a person logs in ends their log-ins everywhere"):
        living = Session.objects.filter(user=user, ended_at=None)
        tenant_ids = set(living.values_list("tenant_id", flat=True))
    for tenant_id in tenant_ids:
        with tenant_context(tenant_id):
            mine = Session.objects.filter(user=user).exclude(pk=keep)
            sessions_end(actor=actor, sessions=mine, reason=reason)
            sessions_refresh_permissions(sessions=Session.objects.filter(user=user, pk=keep))


def sessions_refresh_permissions(*, sessions: QuerySet[Session]) -> None:
    """Make living log-ins see changed roles, grants or names from the next request on."""
    living = sessions.filter(ended_at=None, expires_at__gt=system_now())
    found = dict(living.values_list("pk", "membership_id"))
    keys = [*found, *_views_of(found.values()).values_list("pk", flat=True)]
    Session.objects.filter(pk__in=keys).update(permission_version=F("permission_version") + 1)
    entries_forget_on_commit(SESSION, keys)


def _views_of(membership_ids: Iterable[UUID | None]) -> QuerySet[Session]:
    """Return the looks at the portal that these colleagues take as a customer."""
    viewers = {one for one in membership_ids if one is not None}
    return Session.objects.filter(viewer_id__in=viewers, ended_at=None)


def sessions_of_customer_read_anew(customer_id: UUID) -> None:
    """Let the log-ins of a customer see on their next request what changed about it."""
    rows = Session.objects.filter(portal_account__customer_id=customer_id, ended_at=None)
    entries_forget_on_commit(SESSION, list(rows.values_list("pk", flat=True)))


def sessions_of_users(user_ids: Iterable[UUID]) -> QuerySet[Session]:
    """Return the log-ins of these people in the tenant at hand."""
    return Session.objects.filter(user_id__in=list(user_ids))
