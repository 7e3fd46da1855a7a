"""Passkeys: made, named, shown, removed. allauth.mfa keeps them beside the other second factors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.choices import FactorChange, PasskeyPurpose
from accounts.errors import FactorMissing, PasskeyRefused
from accounts.models import PasskeyChallenge, Session, User
from accounts.rules.passkeys import (
    MOST_PASSKEYS,
    PasskeyAnswerWrong,
    RelyingParty,
    assertion_options,
    is_copy,
    registered,
    registration_options,
    shown,
    user_handle_of,
)
from accounts.selectors.second_factors import is_protected, passkeys_of
from accounts.services.second_factors import (
    TURNED_ON,
    factor_tell,
    factors_tidy,
    first_factor_codes,
)
from accounts.services.sessions import person_log_ins_end
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, RuleViolation
from ispplatform.core.subjects import Subject, subject_of

LIFETIME = timedelta(minutes=5)
LONGEST_NAME = 60
LOG_INS = frozenset({PasskeyPurpose.LOG_IN, PasskeyPurpose.STAFF_LOG_IN})


@dataclass(frozen=True, kw_only=True, slots=True)
class PasskeyQuestion:
    """What a browser is asked; ``options`` go to ``navigator.credentials``."""

    challenge_id: UUID
    options: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class PasskeyAnswer:
    """What a browser answered: to which question, by whom, and the signed credential."""

    challenge_id: UUID
    credential: Mapping[str, Any]
    party: RelyingParty


def passkey_ask(
    *,
    purpose: PasskeyPurpose,
    party: RelyingParty,
    user: User | None = None,
    session_id: UUID | None = None,
) -> PasskeyQuestion:
    """Return a question for a browser, good for five minutes and one answer.

    Args:
        user: who may answer, in their session ``session_id``; None at a log-in without password,
            where the browser offers the passkeys that it holds.

    Raises:
        FactorMissing: the person has no passkey of this host to show.
        RuleViolation: the person has too many to make another.
    """
    known = [row.data["credential_data"] for row in passkeys_of(user, party.host)] if user else []
    if purpose == PasskeyPurpose.FACTOR and not known:
        raise FactorMissing("There is no passkey for this address.")
    if purpose == PasskeyPurpose.REGISTER and len(known) >= MOST_PASSKEYS:
        raise RuleViolation("Remove a passkey that you do not use first.")
    row = PasskeyChallenge.objects.create(
        purpose=purpose,
        origin=party.origin,
        user=user,
        session_id=session_id,
        expires_at=system_now() + LIFETIME,
    )
    if purpose == PasskeyPurpose.REGISTER and user is not None:
        options = registration_options(
            party,
            challenge=_challenge(row.pk),
            user_handle=user.pk.bytes,
            name=user.email,
            shown_name=user.get_full_name(),
            known=known,
        )
    else:
        options = assertion_options(
            party, challenge=_challenge(row.pk), known=known, must_verify=purpose in LOG_INS
        )
    return PasskeyQuestion(challenge_id=row.pk, options=options)


def passkey_register(
    *, actor: Actor, user: User, session_id: UUID, answer: PasskeyAnswer, name: str
) -> tuple[Authenticator, list[str]]:
    """Keep a passkey that a browser has just made.

    It is a second factor from now on, and opens the account without a password where the device
    makes sure who holds it. With the first factor every other log-in of the person ends.

    Args:
        name: what the person calls it, 60 characters at most.

    Returns:
        The passkey, and with the first factor ten recovery codes, to be shown once.

    Raises:
        PasskeyRefused: the answer is not one to a question of this session.
    """
    _take_challenge(answer, PasskeyPurpose.REGISTER, user=user, session_id=session_id, actor=actor)
    try:
        kept = registered(
            answer.party, answer.credential, challenge=_challenge(answer.challenge_id)
        )
    except PasskeyAnswerWrong as error:
        _refuse(actor, subject_of(user), str(error))
    keys = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
    if keys.filter(data__credential_id=kept.credential_id).exists():
        _refuse(actor, subject_of(user), "known already")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        was_protected = is_protected(user)
        row = Authenticator.objects.create(
            user=user,
            type=Authenticator.Type.WEBAUTHN,
            data={
                "name": checked_name(name),
                "host": answer.party.host,
                "credential_id": kept.credential_id,
                "credential_data": kept.credential_data,
                "sign_count": kept.sign_count,
            },
        )
        codes = [] if was_protected else first_factor_codes(user)
        Session.objects.filter(pk=session_id, user=user).update(
            is_factor_required=True, factor_verified_at=system_now()
        )
        audit(
            "accounts.passkey_register",
            actor=actor,
            subject=subject_of(user),
            after={"name": row.data["name"], "host": answer.party.host},
            customer_id=actor.customer_id,
        )
        factor_tell(actor=actor, user=user, change=FactorChange.PASSKEY_ADDED)
        if not was_protected:
            person_log_ins_end(actor=actor, user=user, keep=session_id, reason=TURNED_ON)
    return row, codes


def passkey_rename(*, actor: Actor, user: User, passkey_id: int, name: str) -> None:
    """Give one of the person's passkeys another name.

    Raises:
        FactorMissing: it is not one of theirs.
    """
    with transaction.atomic():
        row = _own(user, passkey_id)
        before, row.data = row.data["name"], {**row.data, "name": checked_name(name)}
        row.save(update_fields=["data"])
        audit(
            "accounts.passkey_rename",
            actor=actor,
            subject=subject_of(user),
            before={"name": before},
            after={"name": row.data["name"]},
            customer_id=actor.customer_id,
        )


def passkey_remove(*, actor: Actor, user: User, passkey_id: int) -> None:
    """Remove one of the person's passkeys, and with the last factor the recovery codes.

    Raises:
        FactorMissing: it is not one of theirs.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        row = _own(user, passkey_id)
        name = row.data["name"]
        row.delete()
        factors_tidy(user)
        audit(
            "accounts.passkey_remove",
            actor=actor,
            subject=subject_of(user),
            before={"name": name},
            customer_id=actor.customer_id,
        )
        factor_tell(actor=actor, user=user, change=FactorChange.PASSKEY_REMOVED)


def passkey_owner(*, answer: PasskeyAnswer, purpose: PasskeyPurpose) -> User:
    """Return whose passkey answers a log-in without password; the question is used up.

    The device has made sure who holds it, so it stands for both factors.

    Raises:
        PasskeyRefused: nobody's, or not well signed; the audit trail says why.
    """
    actor = Actor.anonymous()
    _take_challenge(answer, purpose, user=None, session_id=None, actor=actor)
    handle = user_handle_of(answer.credential)
    user = None
    if len(handle) == 16:
        user = User.objects.filter(pk=UUID(bytes=handle), is_active=True).first()
    if user is None:
        _refuse(actor, _nobody(answer), "nobody's")
    _verify(answer, user, actor=actor, must_verify=True)
    return user


def passkey_show(*, user: User, session_id: UUID, answer: PasskeyAnswer) -> None:
    """Return when the person shows one of their passkeys as a second factor in this session.

    Raises:
        PasskeyRefused: they do not.
    """
    actor = Actor.anonymous()
    _take_challenge(answer, PasskeyPurpose.FACTOR, user=user, session_id=session_id, actor=actor)
    _verify(answer, user, actor=actor, must_verify=False)


def checked_name(name: str) -> str:
    """Return a passkey's name without what no name holds.

    Raises:
        InvalidInput: nothing is left, or it is too long.
    """
    text = " ".join("".join(sign for sign in name if sign.isprintable()).split())
    if not text or len(text) > LONGEST_NAME:
        raise InvalidInput("Give the passkey a name of at most 60 characters.", field="name")
    return text


def _verify(answer: PasskeyAnswer, user: User, *, actor: Actor, must_verify: bool) -> None:
    """Check the signature and note the use, under the lock of the passkey's row."""
    with transaction.atomic():
        rows = {
            row.data["credential_id"]: row
            for row in passkeys_of(user, answer.party.host).select_for_update()
        }
        reason = ""
        try:
            found = shown(
                answer.party,
                answer.credential,
                challenge=_challenge(answer.challenge_id),
                known=[row.data["credential_data"] for row in rows.values()],
                must_verify=must_verify,
            )
        except PasskeyAnswerWrong as error:
            reason = str(error)
        else:
            row = rows[found.credential_id]
            if is_copy(kept_count=row.data["sign_count"], shown_count=found.sign_count):
                reason = "its counter went back: there is a copy of it"
            else:
                row.data = {**row.data, "sign_count": found.sign_count}
                row.last_used_at = system_now()
                row.save(update_fields=["data", "last_used_at"])
    if reason:
        _refuse(actor, subject_of(user), reason)


def _take_challenge(
    answer: PasskeyAnswer,
    purpose: PasskeyPurpose,
    *,
    user: User | None,
    session_id: UUID | None,
    actor: Actor,
) -> None:
    """Use the question up, before anything of the answer is looked at: of two one is too late."""
    now = system_now()
    taken = PasskeyChallenge.objects.filter(
        pk=answer.challenge_id,
        purpose=purpose,
        origin=answer.party.origin,
        user=user,
        session_id=session_id,
        used_at=None,
        expires_at__gt=now,
    ).update(used_at=now)
    if not taken:
        subject = subject_of(user) if user is not None else _nobody(answer)
        _refuse(actor, subject, "no open question")


def _refuse(actor: Actor, subject: Subject, reason: str) -> NoReturn:
    audit(
        "accounts.passkey_refused",
        actor=actor,
        subject=subject,
        reason=reason,
        customer_id=actor.customer_id,
    )
    raise PasskeyRefused()


def _nobody(answer: PasskeyAnswer) -> Subject:
    return Subject(type="accounts.passkey_challenge", id=answer.challenge_id, label="a passkey")


def _own(user: User, passkey_id: int) -> Authenticator:
    mine = Authenticator.objects.select_for_update().filter(
        user=user, type=Authenticator.Type.WEBAUTHN
    )
    row = mine.filter(pk=passkey_id).first()
    if row is None:
        raise FactorMissing("There is no such passkey.")
    return row


def _challenge(row_id: UUID) -> bytes:
    """Return the 32 bytes that belong to a question."""
    digest: bytes = salted_hmac("accounts.passkey", row_id.bytes, algorithm="sha256").digest()
    return digest
