"""What events, operations, connections and switches plug into the kernel."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ispplatform.core.attention import AttentionKind, attention_kinds
from ispplatform.core.borders import DUTY_FAILED
from ispplatform.core.events import checks as event_checks
from ispplatform.core.events import tasks as event_tasks
from ispplatform.core.events.delivery import PARKED_LANE
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.operations import checks as operation_checks
from ispplatform.core.operations import office_bulk as operation_bulk
from ispplatform.core.operations import statuses as operation_statuses
from ispplatform.core.operations import tasks as operation_tasks
from ispplatform.core.operations.attention import ORDINARY, URGENT
from ispplatform.core.operations.watching import ALL_SILENT, DOWN, DUTY_SILENT, UNKNOWN
from ispplatform.core.permissions import declare_permissions
from ispplatform.core.providers import checks as provider_checks
from ispplatform.core.providers import events as provider_events
from ispplatform.core.switches import events as switch_events

__all__ = [
    "event_checks",
    "event_tasks",
    "operation_bulk",
    "operation_checks",
    "operation_statuses",
    "operation_tasks",
    "provider_checks",
    "provider_events",
    "switch_events",
]

declare_permissions(
    ("events:read", "Read the feed of events", "operator"),
    ("operations:read", "See operations", "support", "billing", "sales", "operator"),
    ("operations:retry", "Try operations again", "support", "billing", "operator"),
    ("operations:manage", "Cancel and take over operations, pause effects", "operator"),
    ("connections:read", "See provider connections", "support", "operator"),
    ("connections:manage", "Set up and test provider connections", "operator"),
    ("installation:confirm", "Let a restored copy act"),
)


def _operation_page(item: AttentionItem) -> str:
    return reverse("admin:core_operation_change", args=[item.subject_id])


def _lane_page(item: AttentionItem) -> str:
    return reverse("admin:core_eventdelivery_change", args=[item.subject_id])


def _connection_page(item: AttentionItem) -> str:
    return reverse("admin:core_providerconnection_change", args=[item.subject_id])


for _name, _is_urgent in ((URGENT, True), (ORDINARY, False)):
    attention_kinds.fill(
        AttentionKind(
            name=_name,
            label=_("Operation"),
            button=_("Open operation"),
            advice=_("Try it again, settle it by hand, or cancel it, on its page."),
            url=_operation_page,
            is_urgent=_is_urgent,
        )
    )
for _name, _label in (
    (DUTY_FAILED, _("Automatic work that fails")),
    (DUTY_SILENT, _("Automatic work that is not done")),
    (ALL_SILENT, _("Nothing runs by itself")),
):
    attention_kinds.fill(
        AttentionKind(
            name=_name,
            label=_label,
            button=_("Look at operations"),
            url=lambda item: reverse("admin:core_operation_changelist"),
            advice=_("Whoever runs the server looks at its log; the row closes itself afterwards."),
            is_urgent=True,
        )
    )
attention_kinds.fill(
    AttentionKind(
        name=DOWN,
        label=_("Provider that does not answer"),
        button=_("Open connection"),
        advice=_("Test the connection; what waits goes on by itself when it answers."),
        url=_connection_page,
        is_urgent=True,
    )
)
attention_kinds.fill(
    AttentionKind(
        name=UNKNOWN,
        label=_("Operations that this release lacks"),
        button=_("Look at operations"),
        url=lambda item: reverse("admin:core_operation_changelist"),
        advice=_("Bring the release back that knows them, or cancel them."),
        is_urgent=True,
    )
)
attention_kinds.fill(
    AttentionKind(
        name=PARKED_LANE,
        label=_("Event that cannot be handled"),
        button=_("Open event"),
        advice=_("Try it again when the cause is gone, or skip it and do its work by hand."),
        url=_lane_page,
    )
)
