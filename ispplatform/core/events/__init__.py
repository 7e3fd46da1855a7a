"""Events: what happened, written with it, delivered in order. See ``docs/mechanisms/events.md``."""

from ispplatform.core.events.publishing import Publication, publish, publish_many
from ispplatform.core.events.registry import Event
from ispplatform.core.events.subscribing import DeliveredEvent, subscribe

__all__ = ["DeliveredEvent", "Event", "Publication", "publish", "publish_many", "subscribe"]
