"""Parked events: a subscriber failed on one again and again, and its later ones wait behind it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import age_column, code_column, toned_column
from ispplatform.core.admin.words import code_words
from ispplatform.core.events.services import MANAGE, lane_retry, lane_skip
from ispplatform.core.models.events import DeliveryState, EventDelivery, OutboxEvent
from ispplatform.core.pages.statuses import Tone

STATE_TONES = {
    DeliveryState.RUNNING: Tone.INFO,
    DeliveryState.DONE: Tone.GOOD,
    DeliveryState.PARKED: Tone.BAD,
    DeliveryState.SKIPPED: Tone.WARN,
}


def _is_parked(row: EventDelivery) -> bool:
    return row.state == DeliveryState.PARKED


def _retry(actor: Actor, row: EventDelivery, values: Mapping[str, Any]) -> str:
    lane_retry(actor=actor, delivery_id=row.pk)
    return gettext("The event is brought to its subscriber again.")


def _skip(actor: Actor, row: EventDelivery, values: Mapping[str, Any]) -> str:
    lane_skip(actor=actor, delivery_id=row.pk, reason=values["reason"])
    return gettext("Skipped. What waited behind it goes on.")


@admin.register(EventDelivery)
class EventDeliveryAdmin(ReadOnlyTenantAdmin):
    """Which subscriber has heard of which event; what is parked comes first into view."""

    nothing_yet = _(
        "What could not be told to a part of the platform is parked here until somebody "
        "lets it go on. Empty is good."
    )
    permission_resource = "operations"
    acts = (
        Act(
            name="retry",
            label=_("Try again"),
            permission=MANAGE,
            run=_retry,
            tone="main",
            applies=_is_parked,
        ),
        Act(
            name="skip",
            label=_("Skip this event"),
            permission=MANAGE,
            run=_skip,
            form=ReasonForm,
            explanation=_("The subscriber never hears of it. What was not done, you do by hand."),
            tone="danger",
            applies=_is_parked,
        ),
    )
    list_display = (
        "event_name",
        code_column("subscriber", label=_("told to")),
        toned_column("state", STATE_TONES, label=_("state")),
        "failures",
        age_column("created_at", label=_("since")),
    )
    list_filter = ("state",)
    list_select_related = ("event",)
    search_fields = ("=subscriber",)
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("subscriber", "failures", "error")}),
        (
            _("Course"),
            {"fields": ("event", "sequence", "attempt", "next_attempt_at", "finished_at")},
        ),
    )

    @display(description=_("event"))
    def event_name(self, row: EventDelivery) -> str:
        """Return the event's name and what it is about."""
        return f"{code_words(row.event.name)}: {row.event.subject_label}"

    def title_of(self, row: EventDelivery) -> str:
        return self.event_name(row)


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyTenantAdmin):
    """What happened, as subscribers and webhooks hear of it."""

    nothing_yet = _("What happened in the last 30 days stands here, as integrators read it.")
    permission_resource = "events"
    list_display = (
        code_column("name", label=_("event")),
        "subject_label",
        age_column("created_at", label=_("when")),
    )
    fields = ("subject_label", "payload", "created_at", "dispatched_at")
    search_fields = ("=name", "=subject_label", "=request_id")
    searched_exactly = ("name", "subject_label", "request_id")
    ordering = ("-id",)

    def title_of(self, row: OutboxEvent) -> str:
        return f"{code_words(row.name)}: {row.subject_label}"
