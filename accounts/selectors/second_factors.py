"""When a second factor is asked for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from accounts.choices import MembershipStatus, SessionKind
from accounts.models import Membership, User
from accounts.selectors.principals import SessionEntry
from ispplatform.core.models import Tenant

FACTOR_TYPES = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Passkey:
    """A passkey as its owner sees it; it works at ``host`` alone."""

    pk: int
    name: str
    host: str
    since: datetime
    used_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FactorState:
    """What protects a person's log-in beside the password.

    Args:
        has_app: an authenticator app is set up, since ``app_since``.
        app_used_at: when a code of it was taken last.
        codes_left: recovery codes that were not used.
        passkeys: of every host, oldest first.
    """

    has_app: bool
    app_since: datetime | None
    app_used_at: datetime | None
    codes_left: int
    passkeys: tuple[Passkey, ...] = ()

    @property
    def is_on(self) -> bool:
        """Whether a second factor is asked for at each log-in."""
        return self.has_app or bool(self.passkeys)

    @property
    def methods(self) -> tuple[str, ...]:
        """What is taken as the second factor."""
        held = (
            ("totp", self.has_app),
            ("passkey", bool(self.passkeys)),
            ("recovery_code", self.is_on and self.codes_left > 0),
        )
        return tuple(name for name, is_held in held if is_held)


def factor_state(user_id: UUID) -> FactorState:
    """Return what protects the log-in of a person beside the password; one query."""
    found = list(Authenticator.objects.filter(user_id=user_id).order_by("created_at", "pk"))
    rows = {row.type: row for row in found}
    app = rows.get(Authenticator.Type.TOTP)
    return FactorState(
        has_app=app is not None,
        app_since=app.created_at if app else None,
        app_used_at=app.last_used_at if app else None,
        codes_left=_unused(rows.get(Authenticator.Type.RECOVERY_CODES)),
        passkeys=tuple(
            Passkey(
                pk=row.pk,
                name=row.data["name"],
                host=row.data["host"],
                since=row.created_at,
                used_at=row.last_used_at,
            )
            for row in found
            if row.type == Authenticator.Type.WEBAUTHN
        ),
    )


def passkeys_of(user: User, host: str) -> QuerySet[Authenticator]:
    """Return the passkeys of a person that are bound to this host name."""
    mine = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return mine.filter(data__host=host).order_by("pk")


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes of a person were not used."""
    rows = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return _unused(rows.first())


def is_protected(user: User) -> bool:
    """Tell whether a person has a second factor."""
    return Authenticator.objects.filter(user=user, type__in=FACTOR_TYPES).exists()


def _unused(row: Authenticator | None) -> int:
    return len(RecoveryCodes(row).get_unused_codes()) if row is not None else 0


def has_factor(user_id_field: str) -> Exists:
    """Return the condition that the person named by a column of the query has a second factor."""
    return Exists(Authenticator.objects.filter(user=OuterRef(user_id_field), type__in=FACTOR_TYPES))


def colleagues_without_factor() -> QuerySet[Membership]:
    """Return the colleagues who may log in and have no second factor yet."""
    active = Membership.objects.filter(status=MembershipStatus.ACTIVE)
    return active.exclude(has_factor("user"))


def is_factor_waived(tenant: Tenant) -> bool:
    """Tell whether staff come in without a second factor, under a banner that says so.

    Only in a sandbox company whose server listens on loopback alone: a visitor who tries the
    product on their own machine has nothing to protect.
    """
    return tenant.is_sandbox and bool(settings.BOUND_TO_LOOPBACK)


def is_open(entry: SessionEntry, tenant: Tenant) -> bool:
    """Tell whether a session opens its side of the house, or still waits for a second factor."""
    if entry.is_factor_verified or not entry.is_factor_required:
        return True
    return entry.kind is SessionKind.STAFF and is_factor_waived(tenant)
