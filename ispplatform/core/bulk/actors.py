"""Whom a worker acts for: the same person with the rights of this moment, not of the click."""

from collections.abc import Callable
from dataclasses import dataclass

from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.errors import NotPermitted
from ispplatform.core.slots import Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class ActorSource:
    """How a kind of principal is read anew in the tenant in force.

    Args:
        type: the kind.
        find: gives the principal by its id with what it may do now; None when it may not come in.
    """

    type: ActorType
    find: Callable[[str], Actor | None]


ACTOR_SOURCES: Slot[ActorSource] = Slot("bulk.actors", key=lambda source: source.type)
ACTOR_SOURCES.fill(ActorSource(type=ActorType.SYSTEM, find=Actor.system))


def actor_now(actor_type: str, actor_id: str) -> Actor | None:
    """Return the principal with what it may do now; None when it may do nothing any more."""
    source = ACTOR_SOURCES.get(actor_type)
    return source.find(actor_id) if source is not None else None


def require_lasting(actor: Actor) -> None:
    """Return when a worker can act for this principal later.

    Raises:
        NotPermitted: nobody could read it anew, as somebody who sees the portal as a customer.
    """
    if ACTOR_SOURCES.get(actor.type) is None or actor.on_behalf_of:
        raise NotPermitted("Only colleagues and API keys act on many rows at once.")
