"""Who a request comes from, and what they may do now: read from the session or key behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable

from accounts.choices import MembershipStatus, PortalAccountStatus, SessionKind
from accounts.models import ApiKey, Membership, MembershipRole, PortalAccount, Role, Session
from accounts.rules.seeded_roles import CUSTOMER_ROLE
from accounts.selectors.entry_cache import cached_entry
from accounts.slots import visitor_defaults
from ispplatform.core.actors import EVERYTHING, Actor, ActorType
from ispplatform.core.clock import system_now
from ispplatform.core.permissions import READ, permissions_of, permissions_seeded_for
from ispplatform.core.tenancy.context import tenant_context

VIEW_AS = "portal_accounts:view_as"
SESSION = "session.6"  # another number whenever the fields of SessionEntry change
API_KEY = "api_key"


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionEntry:
    """What a living session decides.

    Args:
        account_id: the membership or portal account; None for the installation's operator.
        roles: codes of the roles held.
        permissions: what the roles and grants mean today.
        customer_id: whom a portal account acts for.
        expires_at: real time at which the session ends without further use, as last read.
        is_factor_verified: a second factor was shown in this session.
        is_factor_required: the session opens nothing before one is shown (``is_open``).
        viewer: e-mail of the colleague who sees the portal as this customer, else empty.
        language, time_zone: what a customer chose, or has stored; empty when neither is so.
        has_others: whether this person acts for other customers of the company as well.
        client_id, client_name: the program that the person lets act, else None and empty.
        integration_id: what the program belongs to.
        is_signed_on: a company's identity provider vouched for the person.
    """

    tenant_id: UUID
    session_id: UUID
    user_id: UUID
    kind: SessionKind
    account_id: UUID | None
    email: str
    full_name: str
    portal_id: str
    customer_id: UUID | None
    roles: tuple[str, ...]
    permissions: frozenset[str]
    permission_version: int
    expires_at: datetime
    authenticated_at: datetime
    is_owner: bool
    is_factor_verified: bool
    is_factor_required: bool
    must_change_password: bool
    language: str = ""
    time_zone: str = ""
    viewer: str = ""
    has_others: bool = False
    client_id: UUID | None = None
    client_name: str = ""
    integration_id: UUID | None = None
    is_signed_on: bool = False

    @property
    def _named(self) -> str:
        return f"{self.email} ({self.client_name})" if self.client_id else self.email

    def actor(self) -> Actor:
        """Return the actor that services and the audit trail see."""
        is_staff = self.kind is SessionKind.STAFF
        return Actor(
            type=ActorType.USER if is_staff else ActorType.CUSTOMER,
            id=str(self.user_id if is_staff else self.account_id),
            label=self.viewer or self._named,
            permissions=self.permissions,
            customer_id=self.customer_id,
            session_id=self.session_id,
            client_id=str(self.client_id or ""),
            on_behalf_of=(self.full_name or self.email) if self.viewer else "",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKeyEntry:
    """What a living API key decides."""

    tenant_id: UUID
    key_id: UUID
    name: str
    mode: str
    permissions: frozenset[str]
    networks: tuple[str, ...]
    expires_at: datetime | None

    def actor(self) -> Actor:
        """Return the actor that services and the audit trail see."""
        return Actor(
            type=ActorType.API_KEY,
            id=str(self.key_id),
            label=self.name,
            permissions=self.permissions,
        )

    def admits(self, address: str) -> bool:
        """Tell whether the key may be used from this IP address."""
        if not self.networks:
            return True
        return in_networks(address, self.networks)


def in_networks(address: str, networks: Iterable[str]) -> bool:
    """Tell whether an IP address lies in one of the networks.

    An IPv4 address that a socket for both families writes as IPv6 (``::ffff:192.0.2.1``) is the
    IPv4 address. Nothing lies anywhere when the address is none.
    """
    try:
        here = ip_address(address)
    except ValueError:
        return False
    if isinstance(here, IPv6Address) and here.ipv4_mapped is not None:
        here = here.ipv4_mapped
    return any(here in ip_network(network) for network in networks)


def session_entry(*, tenant_id: UUID, session_id: UUID) -> SessionEntry | None:
    """Return the session's entry; None when it has ended, or its person may not come in."""
    entry = cached_entry(SESSION, session_id, lambda: _load_session(tenant_id, session_id))
    if entry is None or entry.tenant_id != tenant_id or entry.expires_at <= system_now():
        return None
    return entry


def api_key_entry(*, tenant_id: UUID, digest: str) -> ApiKeyEntry | None:
    """Return the entry of the key with this digest; None when there is no living one."""
    entry = cached_entry(API_KEY, digest, lambda: _load_api_key(tenant_id, digest))
    if entry is None or entry.tenant_id != tenant_id:
        return None
    if entry.expires_at is not None and entry.expires_at <= system_now():
        return None
    return entry


def role_permissions(role: Role) -> frozenset[str]:
    """Return what a role allows today."""
    if role.is_customised or not role.is_seeded:
        return permissions_of(role.grants)
    return permissions_of(role.grants) | permissions_seeded_for(role.code)


def held_roles(membership: Membership) -> list[Role]:
    """Return the roles of a staff member, by code; one query."""
    held = MembershipRole.objects.filter(membership=membership).select_related("role")
    return sorted((row.role for row in held), key=lambda role: role.code)


def customer_permissions(grants: Iterable[str]) -> frozenset[str]:
    """Return what the role ``customer`` allows, narrowed to the account's own grants; one query."""
    role = Role.objects.filter(code=CUSTOMER_ROLE).first()
    allowed = role_permissions(role) if role is not None else frozenset()
    wanted = permissions_of(grants)
    return allowed if EVERYTHING in wanted else allowed & wanted


def entry_of(session: Session, *, roles: Iterable[Role] = ()) -> SessionEntry | None:
    """Return the entry of a session row whose user and account are loaded.

    Args:
        roles: the staff member's roles; not asked for in a portal session.
    """
    user = session.user
    if session.ended_at is not None or not user.is_active:
        return None
    client = session.client
    if client is not None and client.ended_at is not None:
        return None
    membership, account = session.membership, session.portal_account
    viewer: Membership | None = None
    permissions: frozenset[str]
    codes: tuple[str, ...]
    if account is not None:
        if account.status != PortalAccountStatus.ACTIVE:
            return None
        codes, permissions = (CUSTOMER_ROLE,), customer_permissions(account.grants)
        if session.viewer_id is not None:
            viewer = _viewer(session.viewer_id)
            if viewer is None:
                return None
            permissions = frozenset(one for one in permissions if one.endswith(f":{READ}"))
    elif membership is not None:
        if membership.status != MembershipStatus.ACTIVE:
            return None
        held = list(roles)
        codes = tuple(role.code for role in held)
        permissions = staff_permissions(membership, held)
    elif user.is_superuser:
        codes, permissions = (), frozenset({EVERYTHING})
    else:
        return None
    if client is not None:
        permissions = narrowed(permissions, session.scopes)
    return SessionEntry(
        tenant_id=session.tenant_id,
        session_id=session.pk,
        user_id=user.pk,
        kind=SessionKind(session.kind),
        account_id=account.pk if account else (membership.pk if membership else None),
        email=user.email,
        full_name=user.get_full_name(),
        portal_id=account.portal_id if account else "",
        customer_id=account.customer_id if account else None,
        roles=codes,
        permissions=permissions,
        permission_version=session.permission_version,
        expires_at=session.expires_at,
        authenticated_at=session.authenticated_at,
        is_owner=membership.is_owner if membership else False,
        is_factor_verified=session.factor_verified_at is not None,
        is_factor_required=session.is_factor_required,
        must_change_password=user.must_change_password and viewer is None,
        viewer=viewer.user.email if viewer is not None else "",
        language=_first(account.language, session, "default_language") if account else "",
        time_zone=_first(account.time_zone, session, "default_time_zone") if account else "",
        client_id=client.pk if client is not None else None,
        client_name=client.integration.name if client is not None else "",
        integration_id=client.integration_id if client is not None else None,
        is_signed_on=session.identity_link_id is not None,
        has_others=viewer is None and bool(getattr(session, "has_others", False)),
    )


def narrowed(permissions: frozenset[str], scopes: Iterable[str]) -> frozenset[str]:
    """Return what remains of a person's permissions within scopes, which are permissions too."""
    wanted = frozenset(scopes)
    return wanted if EVERYTHING in permissions else permissions & wanted


def _viewer(membership_id: UUID) -> Membership | None:
    """Return the colleague who sees the portal as a customer; None who may not any more."""
    rows = Membership.objects.filter(pk=membership_id, status=MembershipStatus.ACTIVE)
    viewer = rows.filter(user__is_active=True).select_related("user").first()
    if viewer is None:
        return None
    allowed = staff_permissions(viewer, held_roles(viewer))
    return viewer if {EVERYTHING, VIEW_AS} & allowed else None


def _first(chosen: str, session: Session, default: str) -> str:
    """Return the person's choice, else what was read with the session of whom it acts for."""
    return chosen or getattr(session, default, None) or ""


def staff_permissions(membership: Membership, roles: Iterable[Role]) -> frozenset[str]:
    """Return what a staff member with these roles may do; an owner may do everything."""
    if membership.is_owner:
        return frozenset({EVERYTHING})
    together = frozenset().union(*(role_permissions(role) for role in roles))
    return frozenset({EVERYTHING}) if EVERYTHING in together else together


def _visitor_columns() -> dict[str, Combinable]:
    columns: dict[str, Combinable] = {}
    for defaults in visitor_defaults.items():
        columns |= {
            "default_language": defaults.language,
            "default_time_zone": defaults.time_zone,
        }
    return columns


_OTHERS = PortalAccount.objects.filter(
    user_id=OuterRef("user_id"), status=PortalAccountStatus.ACTIVE
).exclude(pk=OuterRef("portal_account_id"))


def _load_session(tenant_id: UUID, session_id: UUID) -> SessionEntry | None:
    with tenant_context(tenant_id):
        session = (
            Session.objects.filter(pk=session_id)
            .select_related("user", "membership", "portal_account", "client__integration")
            .annotate(**_visitor_columns(), has_others=Exists(_OTHERS))
            .first()
        )
        if session is None:
            return None
        roles = held_roles(session.membership) if session.membership else []
        return entry_of(session, roles=roles)


def _load_api_key(tenant_id: UUID, digest: str) -> ApiKeyEntry | None:
    with tenant_context(tenant_id):
        key = ApiKey.objects.filter(digest=digest, revoked_at__isnull=True).first()
    if key is None:
        return None
    return ApiKeyEntry(
        tenant_id=key.tenant_id,
        key_id=key.pk,
        name=key.name,
        mode=key.mode,
        permissions=permissions_of(key.scopes),
        networks=tuple(key.networks),
        expires_at=key.expires_at,
    )
