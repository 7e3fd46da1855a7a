"""Acts arranged for later days."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.admin.base import ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import toned_column
from ispplatform.core.pages.statuses import Tone
from provisioning.choices import ScheduleState
from provisioning.models import ServiceSchedule
from provisioning.services.schedules import schedule_cancel

TONES = {
    ScheduleState.WAITING: Tone.INFO,
    ScheduleState.DONE: Tone.GOOD,
    ScheduleState.REFUSED: Tone.BAD,
    ScheduleState.CANCELLED: Tone.QUIET,
}


def _cancel(actor: Actor, row: ServiceSchedule, values: Mapping[str, Any]) -> str:
    schedule_cancel(actor=actor, schedule=row)
    return gettext("It is taken back.")


@admin.register(ServiceSchedule)
class ServiceScheduleAdmin(ReadOnlyTenantAdmin):
    """What is to be done on which day."""

    nothing_yet = _("What is to happen to services on a day stands here.")
    permission_resource = "services"
    acts = (
        Act(
            name="cancel",
            label=_("Take it back"),
            permission="services:update",
            run=_cancel,
            explanation=_("Nothing is done on that day."),
            applies=lambda row: row.state == ScheduleState.WAITING,
        ),
    )
    list_display = (
        "service",
        "act",
        "due_on",
        toned_column("state", TONES, label=_("state")),
        "outcome",
    )
    list_filter = ("state", "act")
    list_select_related = ("service",)
    search_fields = ("service__label",)
    ordering = ("-due_on", "-id")
