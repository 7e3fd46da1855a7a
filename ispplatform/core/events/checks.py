"""System checks: every subscription has an event, every event a payload that can be described."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from ispplatform.core.events.registry import event_classes, payload_schema
from ispplatform.core.events.subscribing import subscribed_names


def unpublished_subscriptions() -> dict[str, list[str]]:
    """Return subscribed names that no event class has, with their subscribers."""
    known = event_classes()
    return {name: who for name, who in subscribed_names().items() if name not in known}


def undescribed_events() -> dict[str, str]:
    """Return the events without a usable payload schema: name to what is wrong."""
    wrong = {}
    for name, event_class in event_classes().items():
        try:
            payload_schema(event_class)
        except TypeError as exc:
            wrong[name] = str(exc)
    return wrong


@register
def check_events(*, app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report subscriptions to nothing and events that carry what they may not."""
    return [
        *(
            Error(f"{', '.join(who)} subscribes to {name}, which nobody publishes.", id="core.E020")
            for name, who in unpublished_subscriptions().items()
        ),
        *(
            Error(f"Event {name}: {wrong}", id="core.E021")
            for name, wrong in undescribed_events().items()
        ),
    ]
