"""Bulk acts in the back office: the plan, the confirmation, the progress, the result, undoing."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import ReadOnlyTenantAdmin
from ispplatform.core.admin.bulk_lists import plan_soon
from ispplatform.core.admin.columns import age_column, text_column, toned_column
from ispplatform.core.admin.kernel.bulk_pages import money_in_words, plan_sentence, run_content
from ispplatform.core.admin.requests import actor_of
from ispplatform.core.bulk.acts import BULK_ACTS, BulkAct
from ispplatform.core.bulk.selectors import (
    SEE,
    bulk_counts,
    bulk_runs_for,
)
from ispplatform.core.bulk.services import (
    bulk_confirm,
    bulk_drop,
    bulk_end,
    bulk_fill,
    bulk_go_on,
    bulk_stop,
    bulk_undo,
)
from ispplatform.core.models.bulk import (
    BEFORE_STATES,
    BulkRun,
    BulkState,
)
from ispplatform.core.pages.statuses import Tone

Values = Mapping[str, Any]
TONES = {
    BulkState.CHOSEN: Tone.WARN,
    BulkState.PLANNING: Tone.INFO,
    BulkState.PLANNED: Tone.WARN,
    BulkState.RUNNING: Tone.INFO,
    BulkState.STOPPED: Tone.BAD,
    BulkState.FINISHED: Tone.GOOD,
}
STATE = toned_column("state", TONES, label=_("state"))


class OptionalReasonForm(forms.Form):
    """Offers to say why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea,
        help_text=_("Kept in the audit trail."),
    )


def _act_of(run: BulkRun) -> BulkAct | None:
    return BULK_ACTS.get(run.act)


def _form_of(run: BulkRun) -> type[forms.Form]:
    act = _act_of(run)
    return (act.form if act is not None else None) or OptionalReasonForm


def _reason_form(run: BulkRun) -> type[forms.Form]:
    act = _act_of(run)
    needs_reason = act is not None and act.needs_reason
    return ReasonForm if needs_reason else OptionalReasonForm


def _filled(actor: Actor, row: BulkRun, values: Values) -> str:
    plan_soon(bulk_fill(actor=actor, run_id=row.pk, values=values))
    return gettext("Here is what would be done. Nothing has changed yet.")


def _confirmed(actor: Actor, row: BulkRun, values: Values) -> str:
    bulk_confirm(actor=actor, run_id=row.pk, reason=values["reason"])
    return gettext("It runs in the background; this page shows how far it is.")


def _stopped(actor: Actor, row: BulkRun, values: Values) -> str:
    bulk_stop(actor=actor, run_id=row.pk)
    return gettext("Stopped. What is done stays done.")


def _gone_on(actor: Actor, row: BulkRun, values: Values) -> str:
    bulk_go_on(actor=actor, run_id=row.pk)
    return gettext("It goes on.")


def _ended(actor: Actor, row: BulkRun, values: Values) -> str:
    bulk_end(actor=actor, run_id=row.pk)
    return gettext("Ended; what is left is left out.")


def _dropped(actor: Actor, row: BulkRun, values: Values) -> str:
    bulk_drop(actor=actor, run_id=row.pk)
    return gettext("Dropped. Nothing was changed.")


def _undone(actor: Actor, row: BulkRun, values: Values) -> str:
    plan_soon(bulk_undo(actor=actor, run_id=row.pk))
    return gettext("Here is what would be taken back. Nothing has changed yet.")


def _undoing(row: BulkRun) -> str:
    """Return the page of the run that takes this one back."""
    found = row.undone_by.exclude(state=BulkState.DROPPED).first()
    return run_url(found if found is not None else row)


def _is_undoable(row: BulkRun) -> bool:
    act = _act_of(row)
    return (
        row.state == BulkState.FINISHED
        and row.undoes_id is None
        and act is not None
        and act.undo is not None
        and row.done_count > 0
        and not row.undone_by.exclude(state=BulkState.DROPPED).exists()
    )


def run_url(run: BulkRun) -> str:
    """Return the address of a run's page."""
    return reverse("admin:core_bulkrun_change", args=[run.pk])


def _what_happens(row: BulkRun) -> str:
    """Return what confirming does, with counts, money, and what the act says of itself."""
    act = _act_of(row)
    undo = act.undo if act is not None and row.undoes_id is not None else None
    more = undo.explanation if undo is not None else act.explanation if act is not None else ""
    return " ".join(str(part) for part in (plan_sentence(row, bulk_counts(row)), more) if part)


@admin.register(BulkRun)
class BulkRunAdmin(ReadOnlyTenantAdmin):
    """Acts on many rows: what is planned, what runs, what became of each row."""

    permission_resource = "bulk_runs"
    nothing_yet = _("Rows that are chosen in a list and acted on together stand here.")
    acts = (
        Act(
            name="fill",
            label=_("Fill in what it asks"),
            button=_("Show the plan"),
            permission=SEE,
            run=_filled,
            form_for=_form_of,
            applies=lambda row: row.state == BulkState.CHOSEN,
            tone="main",
        ),
        Act(
            name="confirm",
            label=_("Carry it out"),
            permission=SEE,
            run=_confirmed,
            form_for=_reason_form,
            explanation_for=_what_happens,
            applies=lambda row: (
                row.state == BulkState.PLANNED and row.row_count > row.skipped_count
            ),
            tone="main",
        ),
        Act(
            name="go-on",
            label=_("Let it go on"),
            permission=SEE,
            run=_gone_on,
            explanation=_("The rows that are left are done with your rights."),
            applies=lambda row: row.state == BulkState.STOPPED,
            tone="main",
        ),
        Act(
            name="undo",
            label=_("Undo"),
            permission=SEE,
            run=_undone,
            applies=_is_undoable,
            leads_to=_undoing,
        ),
        Act(
            name="stop",
            label=_("Stop"),
            permission=SEE,
            run=_stopped,
            applies=lambda row: row.state == BulkState.RUNNING,
        ),
        Act(
            name="end",
            label=_("End it here"),
            permission=SEE,
            run=_ended,
            explanation=_("The rows that are left are left out for good; the others stay done."),
            applies=lambda row: row.state == BulkState.STOPPED,
        ),
        Act(
            name="drop",
            label=_("Drop the plan"),
            permission=SEE,
            run=_dropped,
            applies=lambda row: row.state in BEFORE_STATES and row.confirmed_at is None,
        ),
    )
    list_display = (
        text_column("label", label=_("what")),
        STATE,
        text_column("row_count", label=_("rows")),
        "result",
        text_column("planned_by", label=_("by")),
        age_column("created_at", label=_("since")),
    )
    list_display_links = ("label",)
    list_filter = ("state",)
    search_fields = ("label", "planned_by")
    ordering = ("-id",)
    since_fields: ClassVar[Mapping[str, str]] = {
        BulkState.PLANNED: "created_at",
        BulkState.RUNNING: "confirmed_at",
        BulkState.FINISHED: "finished_at",
        BulkState.DROPPED: "finished_at",
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkRun]:
        return bulk_runs_for(actor_of(request)).select_related("undoes").order_by(*self.ordering)

    def page_sets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return no fields: the head and the rows say all."""
        return ()

    @display(description=_("result"))
    def result(self, row: BulkRun) -> str:
        """Return how many rows were done, and how many were not."""
        if row.confirmed_at is None:
            return ""
        parts = [gettext("%(count)d done") % {"count": row.done_count}]
        for count, words in (
            (row.refused_count, gettext("%(count)d refused")),
            (row.failed_count, gettext("%(count)d failed")),
            (row.skipped_count, gettext("%(count)d left out")),
        ):
            if count:
                parts.append(words % {"count": count})
        return ", ".join(parts)

    def kind_of(self, row: BulkRun) -> str:
        act = _act_of(row)
        if act is None:
            return super().kind_of(row)
        rows = act.model_class._meta.verbose_name_plural
        return gettext("Bulk act on %(rows)s") % {"rows": rows}

    def facts_of(self, row: BulkRun) -> list[tuple[Any, Any]]:
        return [
            (_("Rows"), row.selection),
            (
                _("Money at stake"),
                money_in_words(row) if row.state != BulkState.PLANNED else "",
            ),
            (_("Planned by"), row.planned_by if row.planned_by != row.confirmed_by else ""),
            (_("Confirmed by"), row.confirmed_by),
            (_("Reason"), row.reason),
        ]

    def next_of(self, row: BulkRun) -> list[str]:
        lines: dict[str, str] = {
            BulkState.CHOSEN: gettext("Say what is to be done, then its plan is shown."),
            BulkState.PLANNED: gettext("Nothing has changed yet. Look at the rows, then decide."),
            BulkState.STOPPED: row.trouble,
            BulkState.DROPPED: row.trouble or gettext("Nothing was changed."),
        }
        plan = [plan_sentence(row, bulk_counts(row))] if row.state == BulkState.PLANNED else []
        return [*plan, lines.get(row.state, "")]

    def act_view(self, request: HttpRequest, object_id: str, act_name: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is not None and not _may_decide(request, row):
            raise PermissionDenied
        return super().act_view(request, object_id, act_name)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context["row_foot"] = "admin/house/bulk_run.html"
            context |= run_content(request, row)
        response = super().render_change_form(request, context, *args, **kwargs)
        shown = getattr(response, "context_data", None)
        if row is not None and shown is not None and not _may_decide(request, row):
            shown["acts"] = []
        return response


def _may_decide(request: HttpRequest, run: BulkRun) -> bool:
    act = _act_of(run)
    return act is not None and actor_of(request).can(act.permission)
