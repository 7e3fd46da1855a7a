"""Who hears of which event."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ispplatform.core.subjects import Subject

EVERY_EVENT = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveredEvent:
    """An event as a subscriber gets it: by name and plain values, never by its class.

    Args:
        id: the same whenever this event is delivered again.
        payload: as ``payload_schema`` of the event describes it.
        sequence: counts the events of this subject, from 1.
        occurred_at: real time of publishing.
    """

    id: UUID
    name: str
    payload: dict[str, Any]
    subject: Subject
    customer_id: UUID | None
    tenant_id: UUID
    sequence: int
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """One subscriber's wish: see ``subscribe``."""

    event_name: str
    subscriber: str
    handler: Callable[[DeliveredEvent], None]
    in_order: bool


_subscriptions: dict[tuple[str, str], Subscription] = {}
_muted: ContextVar[tuple[str, ...]] = ContextVar("muted_subscribers", default=())


def subscribe(
    event_name: str,
    subscriber: str,
    handler: Callable[[DeliveredEvent], None],
    *,
    in_order: bool = True,
) -> None:
    """Have ``handler`` called for each event of that name; say it in the app's ``wiring.py``.

    The handler runs in a worker, inside the event's tenant and inside one transaction with the
    note that it has run: what it writes happens exactly once. It does no network (it starts an
    operation instead) and is quick. When it raises, it is tried again, and after eight failures
    the lane is parked and shown to staff.

    Args:
        event_name: ``app.what_happened``, or ``*`` for every event.
        subscriber: stable name, ``app.what_it_does``; rows keep it.
        in_order: events about one subject arrive one after another, and a failed one holds the
            later ones up. False for fan-out (webhooks): they go independently and carry the
            sequence.

    Raises:
        ValueError: this subscriber already hears of this event, by another handler.
    """
    subscription = Subscription(
        event_name=event_name, subscriber=subscriber, handler=handler, in_order=in_order
    )
    known = _subscriptions.setdefault((event_name, subscriber), subscription)
    if known != subscription:
        raise ValueError(f"{subscriber} subscribes to {event_name} twice.")


def subscriptions_to(event_name: str) -> list[Subscription]:
    """Return who hears of this event, by subscriber; one that hears of all is named once."""
    found = {}
    for wish in (EVERY_EVENT, event_name):
        for (name, subscriber), subscription in _subscriptions.items():
            if name == wish:
                found[subscriber] = subscription
    muted = _muted.get()
    return [found[name] for name in sorted(found) if not name.startswith(muted)]


@contextmanager
def subscribers_muted(*apps: str) -> Iterator[None]:
    """Let the subscribers of these apps hear nothing of what is dispatched in the ``with`` block.

    For imports and made-up histories, whose events are old news: nobody wants the mails of two
    years at once. It holds in this process only, and what was not heard is never caught up.
    """
    token = _muted.set(tuple(f"{app}." for app in apps))
    try:
        yield
    finally:
        _muted.reset(token)


def subscription_of(subscriber: str, event_name: str) -> Subscription | None:
    """Return the subscription under which ``subscriber`` hears of the event, or None."""
    exact = _subscriptions.get((event_name, subscriber))
    return exact or _subscriptions.get((EVERY_EVENT, subscriber))


def subscribed_names() -> dict[str, list[str]]:
    """Return every subscribed event name with its subscribers, without those of all events."""
    names: dict[str, list[str]] = {}
    for name, subscriber in sorted(_subscriptions):
        if name != EVERY_EVENT:
            names.setdefault(name, []).append(subscriber)
    return names
