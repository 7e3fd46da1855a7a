"""What the page of a bulk act shows: how far it is, its rows, its money."""

from typing import Any
from uuid import UUID

from django.contrib.admin import site
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from ispplatform.core.admin.pages import StaffPage
from ispplatform.core.bulk.acts import BULK_ACTS
from ispplatform.core.bulk.selectors import (
    SEE,
    BulkCounts,
    bulk_counts,
    bulk_money,
    bulk_runs_for,
)
from ispplatform.core.models.bulk import BulkRow, BulkRowState, BulkRun, BulkState
from ispplatform.core.pages.formats import format_locale, money_text
from ispplatform.core.pages.statuses import Tone
from ispplatform.core.pages.ui import badge

PAGE_ROWS = 50
ROW_TONES = {
    BulkRowState.PLANNED: Tone.INFO,
    BulkRowState.DONE: Tone.GOOD,
    BulkRowState.REFUSED: Tone.BAD,
    BulkRowState.FAILED: Tone.BAD,
}
# What a person wants to see first.
ROW_ORDER = Case(
    *(
        When(state=state, then=Value(place))
        for place, state in enumerate(
            (
                BulkRowState.FAILED,
                BulkRowState.REFUSED,
                BulkRowState.PLANNED,
                BulkRowState.DONE,
                BulkRowState.SKIPPED,
            )
        )
    ),
    output_field=IntegerField(),
)


def plan_sentence(run: BulkRun, counts: BulkCounts) -> str:
    """Return how many rows are done and left out, and what they stand for."""
    if run.undoes_id is None:
        words = ngettext(
            "%(count)d row would be done.", "%(count)d rows would be done.", counts.to_do
        )
    else:
        words = ngettext(
            "%(count)d row would be taken back.",
            "%(count)d rows would be taken back.",
            counts.to_do,
        )
    parts = [words % {"count": counts.to_do}]
    if counts.skipped:
        parts.append(
            ngettext("%(count)d would be left out.", "%(count)d would be left out.", counts.skipped)
            % {"count": counts.skipped}
        )
    if money := money_in_words(run):
        parts.append(gettext("%(money)s at stake.") % {"money": money})
    return " ".join(parts)


def money_in_words(run: BulkRun) -> str:
    """Return the money of a run's rows, one sum for each currency."""
    locale = format_locale(get_language() or "en")
    return ", ".join(money_text(one.amount, one.currency, locale) for one in bulk_money(run))


def run_content(request: HttpRequest, run: BulkRun) -> dict[str, Any]:
    """Return what the page of a run shows below its head; five queries at most."""
    counts = bulk_counts(run)
    shown = request.GET.get("rows", "")
    rows = BulkRow.objects.filter(run=run)
    if shown in BulkRowState.values:
        rows = rows.filter(state=shown)
    page = Paginator(rows.order_by(ROW_ORDER, "position"), PAGE_ROWS).get_page(
        request.GET.get("page")
    )
    return {
        "run": run,
        "counts": counts,
        "page": page,
        "lines": [_line(request, run, row) for row in page.object_list],
        "sorts": _sorts(run, counts, shown),
        "progress_url": reverse("admin:bulk_progress", args=[run.pk]),
        "progress": _progress(run, counts),
    }


def _progress(run: BulkRun, counts: BulkCounts) -> dict[str, Any]:
    if run.state == BulkState.PLANNING:
        top = max(len(run.chosen), 1)
        return {"label": gettext("Planning"), "value": run.row_count, "top": top}
    return {"label": gettext("Carried out"), "value": counts.decided, "top": counts.to_do}


def _sorts(run: BulkRun, counts: BulkCounts, shown: str) -> list[dict[str, Any]]:
    """Return the sorts of rows that there are, each with its number and address."""
    found = [("", gettext("All"), counts.total)]
    found += [
        (state, words, count)
        for state, words, count in (
            (BulkRowState.PLANNED, _to_do_words(run), counts.waiting),
            (BulkRowState.DONE, gettext("Done"), counts.done),
            (BulkRowState.REFUSED, gettext("Refused"), counts.refused),
            (BulkRowState.FAILED, gettext("Failed"), counts.failed),
            (BulkRowState.SKIPPED, gettext("Left out"), counts.skipped),
        )
        if count
    ]
    return [
        {"label": words, "count": count, "query": f"?rows={state}", "is_shown": state == shown}
        for state, words, count in found
    ]


def _to_do_words(run: BulkRun) -> str:
    return gettext("Planned") if run.state == BulkState.PLANNED else gettext("Still to do")


def _line(request: HttpRequest, run: BulkRun, row: BulkRow) -> dict[str, Any]:
    words = _to_do_words(run) if row.state == BulkRowState.PLANNED else row.get_state_display()
    return {
        "row": row,
        "name": _name(request, run, row),
        "state": badge(words, ROW_TONES.get(BulkRowState(row.state), Tone.QUIET)),
    }


def _name(request: HttpRequest, run: BulkRun, row: BulkRow) -> SafeString | str:
    """Return what a row is called, with a link to its page for those who may open it."""
    act = BULK_ACTS.get(run.act)
    if act is None or not row.subject_label:
        return row.subject_label
    model = act.model_class
    page = site._registry.get(model)
    if page is None or not page.has_view_permission(request):
        return row.subject_label
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    url = reverse(name, args=[row.subject_id])
    return format_html('<a href="{}">{}</a>', url, row.subject_label)


class BulkProgress(StaffPage):
    """The progress of a run alone, asked for again and again while it works."""

    permission = SEE
    template_name = "admin/house/bulk_progress.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        run_id: UUID = kwargs["run_id"]
        run = bulk_runs_for(self.actor).filter(pk=run_id).first()
        if run is None:
            raise Http404
        counts = bulk_counts(run)
        content = {
            "run": run,
            "counts": counts,
            "progress_url": reverse("admin:bulk_progress", args=[run.pk]),
            "progress": _progress(run, counts),
        }
        answer = TemplateResponse(request, self.template_name, content)
        if not run.is_working:
            answer["HX-Refresh"] = "true"  # its head and its buttons are others now
        return answer
