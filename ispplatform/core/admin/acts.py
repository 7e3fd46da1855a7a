"""Acts: what staff can do to a row. Each calls a service; the admin itself saves nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.admin.once import FormSentBefore, once
from ispplatform.core.admin.requests import actor_of
from ispplatform.core.errors import PlatformError
from ispplatform.core.slots import Slot

Text = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """A button on the page of a row.

    Args:
        name: part of the address.
        label: the button's text.
        permission: who sees and may press it.
        run: calls the service with actor, row and the form's cleaned values; returns the sentence
            that tells what happened. A ``PlatformError`` is shown beside the form.
        form: asked for before, for example a reason. Without one, and without ``explanation``,
            the button acts at once.
        form_for: gives the form for a row, where rows differ in what they ask.
        explanation: what will happen, on the page that asks.
        applies: whether the act makes sense for the row now; else there is no button.
        tone: ``main``, ``plain`` or ``danger``.
        initial: what the form starts with.
        leads_to: the page shown after success; None is the row's own.
        explanation_for: gives the explanation for a row, where rows differ: the sum, the name.
        button: the text of the button on the page that asks, where the label is no verb for it.
        decides: how a matter of *Needs a person* is settled; offered on the page of such a row too.
    """

    name: str
    label: Text
    permission: str
    run: Callable[[Actor, Any, Mapping[str, Any]], str | Promise]
    form: type[forms.Form] | None = None
    form_for: Callable[[Any], type[forms.Form]] | None = None
    explanation: Text = ""
    applies: Callable[[Any], bool] = lambda row: True
    tone: str = "plain"
    initial: Callable[[Any], Mapping[str, Any]] = lambda row: {}
    leads_to: Callable[[Any], str] | None = None
    explanation_for: Callable[[Any], Text] | None = None
    button: Text = ""
    decides: bool = False

    @property
    def asks(self) -> bool:
        """Whether a page comes before the act."""
        return bool(self.form or self.form_for or self.explanation or self.explanation_for)

    def explained(self, row: Any) -> Text:
        """Return what will happen to this row."""
        return self.explanation_for(row) if self.explanation_for else self.explanation


@dataclass(frozen=True, kw_only=True, slots=True)
class RowAct:
    """An act that a higher app adds to the pages of a lower app's rows.

    Args:
        model: whose rows: ``app_label.model_name``.
        act: its name is one that the lower app does not use.
    """

    model: str
    act: Act


@dataclass(frozen=True, kw_only=True, slots=True)
class PageAct:
    """A button on the page of a row that leads to a page of its own, which asks more than a form.

    Args:
        label, permission, applies, tone: as of an ``Act``.
        url_name: name of the page's address; it takes the row's key.
    """

    label: Text
    permission: str
    url_name: str
    applies: Callable[[Any], bool] = lambda row: True
    tone: str = "plain"
    asks: bool = True


ROW_ACTS: Slot[RowAct] = Slot("admin.row_acts", key=lambda item: f"{item.model}.{item.act.name}")


class ReasonForm(forms.Form):
    """Asks why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea,
        help_text=_("Kept in the audit trail."),
    )


def acts_for(acts: tuple[Act, ...], row: models.Model, actor: Actor) -> list[Act]:
    """Return the acts that this person may do to this row now."""
    return [act for act in acts if actor.can(act.permission) and act.applies(row)]


def with_one_main(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the acts so that the first of the main ones alone is drawn as such."""
    mains = [line for line in lines if line["act"].tone == "main"]
    for line in mains[1:]:
        line["act"] = replace(line["act"], tone="plain")
    return lines


def act_response(
    request: HttpRequest,
    *,
    act: Act,
    row: models.Model,
    row_url: str,
    frame: Callable[[], dict[str, Any]],
) -> HttpResponse:
    """Answer a request to ``act``: ask, do, tell.

    Args:
        row_url: address of the row's page.
        frame: gives the context of the admin's frame, when a page is shown.

    Raises:
        PermissionDenied: the actor may not.
        Http404: the act does not apply to the row (any more); one that is sent again, as by a
            double click, leads to the row instead and changes nothing. So does a form that was
            carried out before, also where the act still applies: a part of a payment.
    """
    actor = actor_of(request)
    if not actor.can(act.permission):
        raise PermissionDenied
    is_sent = request.method == "POST"
    if not act.applies(row):
        if not is_sent:
            raise Http404
        messages.warning(request, gettext("It was done before, or is no longer possible."))
        return HttpResponseRedirect(row_url)
    form = _form_of(act, row, request.POST if is_sent else None)
    if is_sent and (form is None or form.is_valid()):
        values = form.cleaned_data if form is not None else {}
        try:
            sentence = once(request, actor=actor, act=lambda: act.run(actor, row, values))
        except FormSentBefore as error:
            messages.warning(request, str(error))
            return HttpResponseRedirect(row_url)
        except PlatformError as error:
            if form is None:
                messages.error(request, error.message)
                return HttpResponseRedirect(row_url)
            blame(form, error)
        else:
            messages.success(request, str(sentence))
            return HttpResponseRedirect(act.leads_to(row) if act.leads_to else row_url)
    return TemplateResponse(
        request,
        "admin/house/act.html",
        {
            **frame(),
            "title": act.label,
            "subtitle": str(row),
            "act": act,
            "explanation": act.explained(row),
            "row": row,
            "row_url": row_url,
            "form": form,
        },
    )


def blame(form: forms.BaseForm, error: PlatformError) -> None:
    """Show a service's refusal beside the field that it names, else above the form."""
    named = str(error.params.get("field", ""))
    candidates = (name for name in form.fields if name == named or name.endswith(f"__{named}"))
    form.add_error(next(candidates, None), error.message)


def _form_of(act: Act, row: models.Model, sent: Any) -> forms.Form | None:
    form_class = act.form_for(row) if act.form_for is not None else act.form
    if form_class is None:
        return None
    return dressed(form_class(sent, initial=dict(act.initial(row))))
