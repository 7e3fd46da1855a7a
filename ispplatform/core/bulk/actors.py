"""Whom a worker acts for: the same principal, with what it might do then and still may do now.

A token or a key reaches less far than the person behind it, and so does what was begun with it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.errors import NotPermitted
from ispplatform.core.slots import Slot


class KeptActor(Protocol):
    """A row with the columns of ``actor_kept``."""

    actor_type: str
    actor_id: str
    actor_label: str
    actor_client_id: str
    actor_permissions: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class ActorSource:
    """How a kind of principal is read anew in the tenant in force.

    Args:
        type: the kind.
        find: gives the principal with what it may do now, by its id and that of the program that
            acts for it (empty without one); None when either may not come in.
    """

    type: ActorType
    find: Callable[[str, str], Actor | None]


ACTOR_SOURCES: Slot[ActorSource] = Slot("bulk.actors", key=lambda source: source.type)
ACTOR_SOURCES.fill(
    ActorSource(type=ActorType.SYSTEM, find=lambda name, program: Actor.system(name))
)


def actor_kept(actor: Actor) -> dict[str, Any]:
    """Return the columns by which a row remembers who answers for it, and how far they reached."""
    return {
        "actor_type": actor.type,
        "actor_id": actor.id[:64],
        "actor_label": actor.label[:200],
        "actor_client_id": actor.client_id[:64],
        "actor_permissions": sorted(actor.permissions),
    }


def actor_now(run: KeptActor) -> Actor | None:
    """Return who answers for a row, with what they might do then and still may do now.

    None when they may do nothing any more, or the program that acted for them has none of their
    trust left.
    """
    source = ACTOR_SOURCES.get(run.actor_type)
    found = source.find(run.actor_id, run.actor_client_id) if source is not None else None
    if found is None:
        return None
    return replace(
        found.within(run.actor_permissions),
        label=run.actor_label,
        client_id=run.actor_client_id,
    )


def require_lasting(actor: Actor) -> None:
    """Return when a worker can act for this principal later.

    Raises:
        NotPermitted: nobody could read it anew, as somebody who sees the portal as a customer.
    """
    if ACTOR_SOURCES.get(actor.type) is None or actor.on_behalf_of:
        raise NotPermitted("Only colleagues and API keys act on many rows at once.")
