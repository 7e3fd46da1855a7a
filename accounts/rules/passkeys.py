"""Passkeys: what is asked of a browser, and whether its answer is good.

Source: W3C Web Authentication Level 2 s. 7.1 (registering) and 7.2 (logging in); the fido2 library
checks type, challenge, relying party, flags and signature, this module origin, counter and limits.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

LONGEST_ANSWER = 20_000  # characters of JSON
MOST_PASSKEYS = 20
# What the library raises for an answer that is none.
_MALFORMED = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    RuntimeError,  # of which answers that nest too deep, and what is not made for them
    OverflowError,
    struct.error,
    UnsupportedAlgorithm,
)


class PasskeyAnswerWrong(ValueError):
    """A browser's answer is malformed or proves nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RelyingParty:
    """Who asks for a passkey: passkeys are bound to ``host``, an answer to ``origin``.

    Args:
        host: without port; what the specification calls the RP ID.
        origin: scheme, host and port, as the browser signs it.
    """

    host: str
    origin: str
    name: str

    def server(self) -> Fido2Server:
        """Return the library's view of it."""
        entity = PublicKeyCredentialRpEntity(id=self.host, name=self.name)
        return Fido2Server(entity, verify_origin=lambda origin: origin == self.origin)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptPasskey:
    """What is kept of a passkey. ``credential_data`` is its id and public key, base64url."""

    credential_id: str
    credential_data: str
    sign_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownPasskey:
    """A good answer at a log-in."""

    credential_id: str
    sign_count: int
    is_verified: bool


def registration_options(
    party: RelyingParty,
    *,
    challenge: bytes,
    user_handle: bytes,
    name: str,
    shown_name: str,
    known: Iterable[str],
) -> dict[str, Any]:
    """Return what ``navigator.credentials.create`` takes, binary values as base64url.

    Args:
        known: ``credential_data`` of the passkeys that the person has; none is made twice.
    """
    options, _ = party.server().register_begin(
        PublicKeyCredentialUserEntity(id=user_handle, name=name, display_name=shown_name),
        credentials=[AttestedCredentialData(websafe_decode(one)) for one in known],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
        challenge=challenge,
    )
    return dict(options)


def assertion_options(
    party: RelyingParty, *, challenge: bytes, known: Iterable[str], must_verify: bool
) -> dict[str, Any]:
    """Return what ``navigator.credentials.get`` takes, binary values as base64url.

    Args:
        known: ``credential_data`` of the passkeys that will do; none leaves it to the browser.
        must_verify: the device has to make sure who holds it (PIN, finger, face).
    """
    options, _ = party.server().authenticate_begin(
        [AttestedCredentialData(websafe_decode(one)) for one in known] or None,
        user_verification=_verification(must_verify),
        challenge=challenge,
    )
    return dict(options)


def registered(party: RelyingParty, answer: Mapping[str, Any], *, challenge: bytes) -> KeptPasskey:
    """Return what is kept of a passkey that was just made.

    Raises:
        PasskeyAnswerWrong: the answer is malformed, or to another challenge, origin or host.
    """
    state = Fido2Server._make_internal_state(challenge, UserVerificationRequirement.PREFERRED)
    try:
        response = RegistrationResponse.from_dict(answer)
        _same_origin_only(response.response.client_data)
        data = party.server().register_complete(state, response)
    except _MALFORMED as error:
        raise PasskeyAnswerWrong(type(error).__name__) from error
    credential = data.credential_data
    if credential is None:
        raise PasskeyAnswerWrong("no key")
    return KeptPasskey(
        credential_id=websafe_encode(credential.credential_id),
        credential_data=websafe_encode(bytes(credential)),
        sign_count=data.counter,
    )


def user_handle_of(answer: Mapping[str, Any]) -> bytes:
    """Return whose passkey an answer says it is; empty when it says nothing."""
    try:
        return AuthenticationResponse.from_dict(answer).response.user_handle or b""
    except _MALFORMED:
        return b""


def shown(
    party: RelyingParty,
    answer: Mapping[str, Any],
    *,
    challenge: bytes,
    known: Iterable[str],
    must_verify: bool,
) -> ShownPasskey:
    """Return which of the known passkeys signed the challenge.

    Raises:
        PasskeyAnswerWrong: none did, or the answer is to another challenge, origin or host, or
            the device did not make sure who holds it although it must.
    """
    state = Fido2Server._make_internal_state(challenge, _verification(must_verify))
    try:
        response = AuthenticationResponse.from_dict(answer)
        _same_origin_only(response.response.client_data)
        credentials = [AttestedCredentialData(websafe_decode(one)) for one in known]
        found = party.server().authenticate_complete(state, credentials, response)
    except _MALFORMED as error:
        raise PasskeyAnswerWrong(type(error).__name__) from error
    data = response.response.authenticator_data
    return ShownPasskey(
        credential_id=websafe_encode(found.credential_id),
        sign_count=data.counter,
        is_verified=data.is_user_verified(),
    )


def is_copy(*, kept_count: int, shown_count: int) -> bool:
    """Tell whether a counter went back: somebody copied the passkey. Devices without one show 0.

    Source: Web Authentication Level 2 s. 7.2 step 21.
    """
    return (kept_count > 0 or shown_count > 0) and shown_count <= kept_count


def _verification(must_verify: bool) -> UserVerificationRequirement:
    if must_verify:
        return UserVerificationRequirement.REQUIRED
    return UserVerificationRequirement.PREFERRED


def _same_origin_only(client_data: Any) -> None:
    if client_data.cross_origin:
        raise ValueError("answered inside a page of somebody else")
