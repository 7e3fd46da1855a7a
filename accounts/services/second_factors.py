"""Second factors: set up, shown, removed. allauth.mfa keeps them, django-otp checks them."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, validate_totp_code
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp import match_token

from accounts.errors import FactorExists, FactorMissing, SecondFactorWrong
from accounts.models import SecondFactorDevice, User
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.subjects import subject_of


@dataclass(frozen=True, slots=True)
class TotpSetup:
    """What an authenticator app needs: ``url`` is what the QR code holds."""

    secret: str
    url: str


def totp_begin(*, user: User, session_id: UUID) -> TotpSetup:
    """Return what an authenticator app needs; the same during one log-in, and kept nowhere.

    Raises:
        FactorExists: there is an authenticator app already.
    """
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        raise FactorExists("There is an authenticator app already: remove it first.")
    secret = _offered_secret(user, session_id)
    return TotpSetup(secret=secret, url=get_adapter().build_totp_url(user, secret))


def totp_activate(*, actor: Actor, user: User, session_id: UUID, code: str) -> list[str]:
    """Make the authenticator app that ``totp_begin`` was shown to a second factor.

    Returns:
        Ten recovery codes, to be shown once.

    Raises:
        SecondFactorWrong: the code does not come from that app.
        FactorExists: there is an authenticator app already.
    """
    secret = _offered_secret(user, session_id)
    if not validate_totp_code(secret, "".join(code.split())):
        raise SecondFactorWrong(field="code")
    with transaction.atomic():
        # The row of the person is the lock: two set-ups at once make one factor.
        User.objects.select_for_update().get(pk=user.pk)
        if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            raise FactorExists("There is an authenticator app already: remove it first.")
        TOTP.activate(user, secret)
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        codes = RecoveryCodes.activate(user).get_unused_codes()
        SecondFactorDevice.objects.get_or_create(user=user, defaults={"name": "second factor"})
        audit("accounts.totp_activate", actor=actor, subject=subject_of(user))
    return codes


def recovery_codes_renew(*, actor: Actor, user: User) -> list[str]:
    """Replace the recovery codes; the old ones are worthless.

    Returns:
        Ten recovery codes, to be shown once.

    Raises:
        FactorMissing: there is no second factor that they could stand in for.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            raise FactorMissing("Set up an authenticator app first.")
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        codes = RecoveryCodes.activate(user).get_unused_codes()
        audit("accounts.recovery_codes_renew", actor=actor, subject=subject_of(user))
    return codes


def totp_deactivate(*, actor: Actor, user: User, reason: str) -> None:
    """Remove every second factor of this person; removing none changes nothing."""
    with transaction.atomic():
        removed, _ = Authenticator.objects.filter(user=user).delete()
        SecondFactorDevice.objects.filter(user=user).delete()
        if removed:
            audit("accounts.totp_deactivate", actor=actor, subject=subject_of(user), reason=reason)


def factor_check(*, user: User, code: str) -> bool:
    """Tell whether the code is one of this person's second factors, and use it up."""
    return match_token(user, code) is not None


def factor_secrets_rotate(renewed: Callable[[str], str | None]) -> int:
    """Write the secrets of second factors anew with the first encryption key.

    Args:
        renewed: returns a token under the first key, or None when it is that already.

    Returns:
        How many rows were rewritten.
    """
    rewritten = 0
    for pk in list(Authenticator.objects.values_list("pk", flat=True)):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            kept = row.data if row is not None else {}
            fresh = {name: renewed(kept[name]) for name in ("secret", "seed") if name in kept}
            fresh = {name: token for name, token in fresh.items() if token is not None}
            if row is not None and fresh:
                row.data = {**kept, **fresh}
                row.save(update_fields=["data"])
                rewritten += 1
    return rewritten


def _offered_secret(user: User, session_id: UUID) -> str:
    """Return the 160-bit secret that is offered to this person during this log-in."""
    mac = salted_hmac("accounts.totp_setup", f"{user.pk}:{session_id}", algorithm="sha256")
    return base64.b32encode(mac.digest()[:20]).decode()
