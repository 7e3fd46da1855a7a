"""Stripe's webhook: whether a notice is Stripe's, and what it is about."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe

from billing.providers.payments.base import NoticeTopic

TOLERANCE = timedelta(seconds=300)  # how old a signature may be when the notice arrives

_TOPICS = {
    "payment_intent.": NoticeTopic.CHARGE,
    "refund.": NoticeTopic.REFUND,
    "charge.refund.": NoticeTopic.REFUND,
    "charge.dispute.": NoticeTopic.DISPUTE,
    "payment_method.automatically_updated": NoticeTopic.METHOD,
    "payment_method.updated": NoticeTopic.METHOD,
    "payment_method.detached": NoticeTopic.METHOD,
}


class NoticeRefused(Exception):
    """Nobody who knows a signing secret sent this, or it was sent too long ago."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What a signed notice claims. Only its id, kind and reference are used.

    Args:
        topic: None for what concerns nobody here.
        reference: Stripe's id of the object it is about.
        account: the connected account it is about; empty for the account itself.
    """

    event_id: str
    kind: str
    topic: NoticeTopic | None
    reference: str
    account: str
    is_live: bool
    text: str


def notice_of(body: bytes, signature: str, *, secrets: list[str], now: datetime) -> Notice:
    """Return a notice whose signature fits one of the secrets.

    Args:
        body: as it came, before anybody parsed it.
        signature: the header ``Stripe-Signature``.
        secrets: all that are in force: two while one replaces the other.
        now: real time.

    Raises:
        NoticeRefused: no secret fits, it is older than five minutes, or it is no event.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise NoticeRefused("It is not UTF-8.") from error
    if not any(_fits(text, signature, secret) for secret in secrets):
        raise NoticeRefused("The signature fits none of the secrets.")
    if now - _signed_at(signature) > TOLERANCE:
        raise NoticeRefused("It was signed too long ago.")
    try:
        return _parsed(text)
    except (ValueError, KeyError, TypeError) as error:
        raise NoticeRefused("It is no event.") from error


def _fits(text: str, signature: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(text, signature, secret))
    except (stripe.SignatureVerificationError, ValueError, UnicodeError):
        return False


def _signed_at(signature: str) -> datetime:
    stamp = next(part for part in signature.split(",") if part.startswith("t="))
    try:
        return datetime.fromtimestamp(int(stamp.removeprefix("t=")), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise NoticeRefused("The time of the signature cannot be read.") from error


def _parsed(text: str) -> Notice:
    event: Any = json.loads(text)
    kind = str(event["type"])
    topic = next((found for start, found in _TOPICS.items() if kind.startswith(start)), None)
    return Notice(
        event_id=str(event["id"]),
        kind=kind,
        topic=topic,
        reference=str(event["data"]["object"].get("id") or ""),
        account=str(event.get("account") or ""),
        is_live=bool(event.get("livemode")),
        text=text,
    )
