"""Choosing rows of a list for a bulk act: the boxes of the rows, or all that match."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import (
    ALL_VAR,
    ERROR_FLAG,
    IS_FACETS_VAR,
    ORDER_VAR,
    PAGE_VAR,
    SEARCH_VAR,
)
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from unfold.forms import ActionForm

from ispplatform.core.admin.requests import actor_of
from ispplatform.core.bulk.acts import BULK_ACTS, BulkAct, bulk_acts_of
from ispplatform.core.bulk.selectors import SEE
from ispplatform.core.bulk.services import ROWS_MAX, bulk_choose
from ispplatform.core.bulk.working import bulk_work
from ispplatform.core.errors import PlatformError
from ispplatform.core.models.bulk import BulkRun, BulkState

PLANNED_AT_ONCE = 500  # rows; more are planned in the background
PLANNING_SECONDS = 5.0
NO_FILTERS = (ORDER_VAR, PAGE_VAR, SEARCH_VAR, ERROR_FLAG, ALL_VAR, IS_FACETS_VAR)
Chooser = Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse]


class BulkForm(ActionForm):
    """What is to be done with the chosen rows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = {
            "class": "house-input bulk-act",
            "aria-label": gettext("What to do with the chosen rows"),
            "x-model": "action",
        }
        self.fields["action"].widget = forms.Select(attrs)


class BulkLists:
    """Offers the bulk acts of a list's rows; choosing one leads to its plan."""

    opts: ClassVar[Any]
    action_form = BulkForm

    def get_actions(self, request: HttpRequest) -> dict[str, tuple[Chooser, str, str]]:
        """Return the acts that this person may do to the rows of this list."""
        actor = actor_of(request)
        if IS_POPUP_VAR in request.GET or not actor.can(SEE):
            return {}
        return {
            act.name: (_choose, act.name, str(act.label))
            for act in bulk_acts_of(self.opts.label_lower)
            if actor.can(act.permission)
        }

    def get_action_choices(self, request: HttpRequest, default_choices: Any = ()) -> Any:
        """Return the acts for the field of the list; none of them is the first."""
        acts = self.get_actions(request).values()
        return [
            ("", gettext("Do with the chosen rows …")),
            *((name, text) for _, name, text in acts),
        ]


def _choose(page: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
    """Fix the selection and lead to its plan, or to what the act asks before it."""
    act = BULK_ACTS.get(request.POST.getlist("action")[int(request.POST.get("index", 0))])
    if act is None:
        return HttpResponseRedirect(request.get_full_path())
    try:
        run = _chosen(page, request, queryset, act)
    except PlatformError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(request.get_full_path())
    if run.state == BulkState.CHOSEN:
        return HttpResponseRedirect(reverse("admin:core_bulkrun_act", args=[run.pk, "fill"]))
    return HttpResponseRedirect(reverse("admin:core_bulkrun_change", args=[run.pk]))


def _chosen(page: Any, request: HttpRequest, queryset: QuerySet[Any], act: BulkAct) -> BulkRun:
    ids = list(queryset.values_list("pk", flat=True)[: ROWS_MAX + 1])
    is_all = request.POST.get("select_across") == "1"
    run = bulk_choose(
        actor=actor_of(request),
        act=act,
        ids=ids,
        selection=_in_words(page, request) if is_all else gettext("Chosen one by one"),
    )
    plan_soon(run)
    return run


def plan_soon(run: BulkRun) -> None:
    """Plan a small selection at once, so that its plan is the next page."""
    if len(run.chosen) <= PLANNED_AT_ONCE and run.state == BulkState.PLANNING:
        bulk_work(run.pk, seconds=PLANNING_SECONDS)


def _in_words(page: Any, request: HttpRequest) -> str:
    """Return by which filters and words the rows of the list were found."""
    shown = page.get_changelist_instance(request)
    parts = [
        f"{spec.title}: {words}" for spec in shown.filter_specs if (words := _set(spec, shown))
    ]
    parts += _unnamed(request, shown)
    if shown.query:
        parts.append(gettext("search: %(words)s") % {"words": shown.query})
    if not parts:
        return gettext("All rows of the list")
    return gettext("All that match %(what)s") % {"what": "; ".join(str(part) for part in parts)}


def _set(spec: Any, shown: Any) -> str:
    """Return what a filter is set to; empty where it lets everything pass."""
    _first, *others = [choice for choice in spec.choices(shown) if "display" in choice]
    return ", ".join(str(one["display"]) for one in others if one.get("selected"))


def _unnamed(request: HttpRequest, shown: Any) -> list[str]:
    """Return what narrows the list and no filter names, as a figure of the home page leads here."""
    named = set(NO_FILTERS)
    for spec in shown.filter_specs:
        if _set(spec, shown):
            named |= set(spec.expected_parameters())
    return [
        f"{name.replace('__', ' ').replace('_', ' ')}: {value}"
        for name, value in request.GET.items()
        if name not in named
    ]
