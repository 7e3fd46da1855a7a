"""Second factors: set up, shown, removed. allauth.mfa keeps them, django-otp checks them."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp import match_token

from accounts.choices import FactorChange
from accounts.errors import FactorExists, FactorMissing, SecondFactorWrong, SignOnBound
from accounts.events import SecondFactorChanged
from accounts.models import SecondFactorDevice, Session, User
from accounts.models.second_factors import LAST_STEP
from accounts.rules.one_time_codes import code_step, typed_code
from accounts.selectors.second_factors import is_protected, recovery_codes_left
from accounts.selectors.users import tenants_of_person
from accounts.services.sessions import person_log_ins_end
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of

TURNED_ON = "A second factor was switched on."
REMOVED = "A lost second factor was removed."
_RECOVERY_DIGITS = 8


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

    The session at hand counts as one in which it was shown; every other log-in of the person
    ends, because it began without. The code is used up.

    Returns:
        Ten recovery codes, to be shown once.

    Raises:
        SecondFactorWrong: the code does not come from that app.
        FactorExists: there is an authenticator app already.
        SignOnBound: one company's identity provider vouched for the person, who also belongs to
            another: the factor would count there, too.
    """
    came_by_provider = Session.objects.filter(pk=session_id, identity_link_id__isnull=False)
    if came_by_provider.exists() and len(tenants_of_person(user)) > 1:
        raise SignOnBound("Log in with your password to set up a second factor.")
    secret = _offered_secret(user, session_id)
    step = code_step(secret, typed_code(code), now=system_now())
    if step is None:
        raise SecondFactorWrong(field="code")
    with transaction.atomic():
        # The row of the person is the lock: two set-ups at once make one factor.
        User.objects.select_for_update().get(pk=user.pk)
        if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            raise FactorExists("There is an authenticator app already: remove it first.")
        app = TOTP.activate(user, secret).instance
        app.data = {**app.data, LAST_STEP: step}
        app.save(update_fields=["data"])
        codes = first_factor_codes(user)
        Session.objects.filter(pk=session_id, user=user).update(
            is_factor_required=True, factor_verified_at=system_now()
        )
        audit(
            "accounts.totp_activate",
            actor=actor,
            subject=subject_of(user),
            customer_id=actor.customer_id,
        )
        factor_tell(actor=actor, user=user, change=FactorChange.ON)
        person_log_ins_end(actor=actor, user=user, keep=session_id, reason=TURNED_ON)
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
        if not is_protected(user):
            raise FactorMissing("Set up an authenticator app first.")
        codes = _codes_renewed(user)
        audit(
            "accounts.recovery_codes_renew",
            actor=actor,
            subject=subject_of(user),
            customer_id=actor.customer_id,
        )
        factor_tell(actor=actor, user=user, change=FactorChange.CODES_RENEWED)
    return codes


def totp_deactivate(*, actor: Actor, user: User, reason: str) -> None:
    """Remove the authenticator app, and with the last factor the recovery codes.

    Removing none changes nothing.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        apps = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
        removed, _ = apps.delete()
        if not removed:
            return
        factors_tidy(user)
        audit(
            "accounts.totp_deactivate",
            actor=actor,
            subject=subject_of(user),
            reason=reason,
            customer_id=actor.customer_id,
        )
        factor_tell(actor=actor, user=user, change=FactorChange.OFF)


def factors_remove(*, actor: Actor, user: User, reason: str, customer_id: UUID | None) -> None:
    """Remove all second factors of a person who lost them, and end every log-in of theirs.

    Raises:
        FactorMissing: there is none.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if not is_protected(user):
            raise FactorMissing("This person has no second factor.")
        Authenticator.objects.filter(user=user).delete()
        factors_tidy(user)
        audit(
            "accounts.factors_remove",
            actor=actor,
            subject=subject_of(user),
            reason=reason,
            customer_id=customer_id,
        )
        event = SecondFactorChanged(
            user_id=user.pk, email=user.email, change=FactorChange.RESET, codes_left=0
        )
        publish(event, subject=subject_of(user), customer_id=customer_id)
        person_log_ins_end(actor=actor, user=user, keep=None, reason=REMOVED)


def factor_check(*, user: User, code: str) -> bool:
    """Tell whether the code is one of this person's second factors, and use it up.

    A recovery code that was used is told by mail: it is what a thief of a wallet has.
    """
    with transaction.atomic():
        if match_token(user, code) is None:
            return False
        if len(typed_code(code)) == _RECOVERY_DIGITS:
            actor = Actor(type=ActorType.ANONYMOUS, id=str(user.pk), label=user.email)
            audit("accounts.recovery_code_use", actor=actor, subject=subject_of(user))
            factor_tell(actor=actor, user=user, change=FactorChange.CODE_USED)
    return True


def first_factor_codes(user: User) -> list[str]:
    """Return fresh recovery codes, and let codes be asked for; inside a transaction."""
    SecondFactorDevice.objects.get_or_create(user=user, defaults={"name": "second factor"})
    return _codes_renewed(user)


def factors_tidy(user: User) -> None:
    """Remove the recovery codes of a person who has no second factor left."""
    if not is_protected(user):
        Authenticator.objects.filter(user=user).delete()
        SecondFactorDevice.objects.filter(user=user).delete()


def factor_tell(*, actor: Actor, user: User, change: FactorChange) -> None:
    """Ask for the mail about a changed second factor; inside the transaction that changed it."""
    event = SecondFactorChanged(
        user_id=user.pk,
        email=user.email,
        change=change,
        codes_left=recovery_codes_left(user),
    )
    publish(event, subject=subject_of(user), customer_id=actor.customer_id)


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


def _codes_renewed(user: User) -> list[str]:
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes


def _offered_secret(user: User, session_id: UUID) -> str:
    """Return the 160-bit secret that is offered to this person during this log-in."""
    mac = salted_hmac("accounts.totp_setup", f"{user.pk}:{session_id}", algorithm="sha256")
    return base64.b32encode(mac.digest()[:20]).decode()
