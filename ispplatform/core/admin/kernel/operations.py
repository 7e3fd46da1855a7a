"""Operations: what was sent to the world outside, and what staff do when it sticks."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import actor_column, age_column, status_column, text_column
from ispplatform.core.models.operations import (
    OPEN_STATES,
    WAITING_STATES,
    Operation,
    OperationState,
)
from ispplatform.core.operations.decisions import (
    MANAGE,
    RETRY,
    operation_cancel,
    operation_dismiss,
    operation_retry,
    operation_take_over,
)
from ispplatform.core.operations.kinds import kinds
from ispplatform.core.operations.selectors import (
    operation_state_words,
    operation_timeline,
    operations_of_truth,
    waiting_for,
)
from ispplatform.core.operations.statuses import OPERATION_STATES


class KindFilter(admin.SimpleListFilter):
    """Narrows the list to one kind of effect, by its words; the kinds are known without a query."""

    title = _("operation")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return every kind that this release knows."""
        return sorted(((kind.name, kind.label) for kind in kinds.all()), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Operation]) -> QuerySet[Operation]:
        """Return the operations of the chosen kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


class TruthFilter(admin.SimpleListFilter):
    """Shows what stands behind the figures of the line of truth on the home page."""

    title = _("last 24 hours")
    parameter_name = "truth"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the figures."""
        return [("done", _("Done")), ("failed", _("Failed")), ("waiting", _("Waiting now"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Operation]) -> QuerySet[Operation]:
        """Return the operations behind the chosen figure."""
        figure = self.value()
        if figure is None:
            return queryset
        return queryset.filter(pk__in=operations_of_truth(figure).values("pk"))


class RetryForm(forms.Form):
    """Asks what is known before an operation is tried again."""

    is_known_undone = forms.BooleanField(
        label=_("I have looked at the provider: nothing took place"),
        required=False,
        help_text=_("Only then is it sent without being looked up first."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea,
        help_text=_("Needed when you say that nothing took place: how do you know?"),
    )


class TakeOverForm(forms.Form):
    """Asks how an operation ended that a person settled at the provider."""

    succeeded = forms.TypedChoiceField(
        label=_("What happened at the provider"),
        choices=[("yes", _("It took place")), ("no", _("It did not take place, and will not"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reference = forms.CharField(label=_("The provider's reference"), max_length=200, required=False)
    reason = forms.CharField(label=_("How do you know"), max_length=500, widget=forms.Textarea)


STATE = status_column("state", OPERATION_STATES, label=_("state"), say=operation_state_words)


def _retry(actor: Actor, row: Operation, values: Mapping[str, Any]) -> str:
    operation_retry(
        actor=actor,
        operation_id=row.pk,
        reason=values["reason"],
        is_known_undone=values["is_known_undone"],
    )
    return gettext("It is being tried again.")


def _cancel(actor: Actor, row: Operation, values: Mapping[str, Any]) -> str:
    operation_cancel(actor=actor, operation_id=row.pk, reason=values["reason"])
    return gettext("Cancelled. Nothing was sent.")


def _dismiss(actor: Actor, row: Operation, values: Mapping[str, Any]) -> str:
    operation_dismiss(actor=actor, operation_id=row.pk, reason=values["reason"])
    return gettext("It is off the list.")


def _take_over(actor: Actor, row: Operation, values: Mapping[str, Any]) -> str:
    operation_take_over(actor=actor, operation_id=row.pk, **values)
    return gettext("Settled by hand.")


BY = actor_column("actor_label", label=_("by"))


@admin.register(Operation)
class OperationAdmin(ReadOnlyTenantAdmin):
    """Every effect, with what was said to the provider and what stands in its way."""

    nothing_yet = _(
        "Everything that was asked of registrars, panels, gateways and mail servers "
        "stands here, with their answers."
    )
    permission_resource = "operations"
    acts = (
        Act(
            name="retry",
            label=_("Try again"),
            permission=RETRY,
            run=_retry,
            form=RetryForm,
            tone="main",
            applies=lambda row: row.state in (*WAITING_STATES, OperationState.REJECTED),
        ),
        Act(
            name="take_over",
            label=_("Settle by hand"),
            permission=MANAGE,
            run=_take_over,
            form=TakeOverForm,
            explanation=_("For when you have looked, or acted, at the provider yourself."),
            applies=lambda row: row.state in (*WAITING_STATES, OperationState.RUNNING),
        ),
        Act(
            name="dismiss",
            label=_("Dismiss"),
            permission=MANAGE,
            run=_dismiss,
            form=ReasonForm,
            explanation=_("For a refusal that was dealt with in another way."),
            applies=lambda row: row.state == OperationState.REJECTED,
        ),
        Act(
            name="cancel",
            label=_("Cancel"),
            permission=MANAGE,
            run=_cancel,
            form=ReasonForm,
            explanation=_("Possible only while nothing can have reached the provider."),
            tone="danger",
            applies=lambda row: row.state in WAITING_STATES and row.sent_at is None,
        ),
    )

    list_display = (
        "what",
        text_column("subject_label", label=_("about")),
        STATE,
        "connection",
        age_column("created_at", label=_("started")),
        BY,
    )
    list_display_links = ("what",)
    list_filter: ClassVar[Any] = ("state", TruthFilter, KindFilter, "connection")
    list_select_related = ("connection",)
    since_fields: ClassVar[Mapping[str, str]] = {
        OperationState.PENDING: "created_at",
        OperationState.ACCEPTED: "accepted_at",
        OperationState.SUCCEEDED: "finished_at",
        OperationState.REJECTED: "finished_at",
    }
    search_fields = ("=subject_label", "=provider_reference", "=request_id")
    searched_by: ClassVar[Any] = {"customers": "customer_id"}
    searched_exactly = ("subject_label", "provider_reference", "request_id")
    ordering = ("-id",)
    fieldsets = (
        (
            None,
            {"fields": ("error_message",)},
        ),
        (
            _("At the provider"),
            {"fields": ("connection", "provider_reference", "sent_at")},
        ),
        (_("Decision"), {"fields": (BY, "created_at", "params", "result", "retry_of")}),
    )

    @display(description=_("operation"), ordering="kind")
    def what(self, row: Operation) -> str:
        """Return the kind's own words."""
        return kinds.label_of(row.kind)

    def title_of(self, row: Operation) -> str:
        return f"{self.what(row)}: {row.subject_label}"

    def next_of(self, row: Operation) -> list[str]:
        if row.state not in OPEN_STATES:
            return []
        return [gettext("It waits for %(what)s.") % {"what": waiting_for(row)}]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["row_foot"] = "admin/house/operation_timeline.html"
        context["timeline"] = operation_timeline(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)
