"""What can be done to many rows at once: apps declare it here and keep their services."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.apps import apps
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.money import Money
from ispplatform.core.slots import Slot
from ispplatform.core.tenant_settings import TenantSetting

Text = str | Promise
Rows = Sequence[Any]
Reasons = Mapping[UUID, str]
NOT_APPLICABLE = _("It does not apply to this row as it is now.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What holds for every row of a run.

    Args:
        values: what the act's form was filled with, as plain values that JSON can keep.
        reason: why, in the words of whoever confirmed; empty while it is only planned.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What became of a row.

    Args:
        sentence: what staff read beside it; empty where "Done" says all.
        memory: what undoing needs, as plain values.
    """

    sentence: str = ""
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """How an act is taken back, as a bulk act of its own.

    Args:
        run: takes back what was done to a row, given what the act remembered; returns the
            sentence to show. A ``PlatformError`` says why it cannot be taken back.
        refusals: why rows are left out, by their keys; their memories are given by their keys.
        explanation: what undoing does, where "undo" does not say it all.
    """

    run: Callable[[Actor, Any, Mapping[str, Any], Terms], str]
    refusals: Callable[[Rows, Mapping[UUID, Mapping[str, Any]]], Reasons] = lambda rows, kept: {}
    explanation: Text = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkAct:
    """One act on many rows.

    The functions that take ``Rows`` are asked for a whole chunk, so that planning costs the same
    number of queries however many rows there are.

    Args:
        name: ``app.what_it_does``; runs keep it.
        model: whose rows: ``app_label.model_name``.
        label: what the act is called in the list.
        permission: who may plan and confirm it; each row's service asks for it again.
        see: the permission to see the rows, and so the run.
        run: calls the service for one row; it and its note are one transaction.
        form: what is asked before the plan; its cleaned values must be plain.
        title: what a run is called, given the form's values; the label by default.
        refusals: why rows are left out, by their keys; asked for the plan, and again for each
            row at its turn.
        stakes: how much money each row stands for, by their keys.
        rows: reads rows of the tenant by their keys; by default those of the model.
        name_of: what a row is called.
        customer_of: whose a row is.
        needs_reason: whether confirming asks why; else a reason may be given.
        explanation: what happens to the rows, on the page that asks for the confirmation.
        undo: the inverse; None where there is none.
        tone: ``main``, ``plain`` or ``danger``.
        in_lists: whether the list of the rows offers it; else only the API does.
        a_minute: how many rows a run does in a minute at most, for what leaves the house at once;
            None: as many as a worker can.
    """

    name: str
    model: str
    label: Text
    permission: str
    see: str
    run: Callable[[Actor, Any, Terms], Done]
    form: type[forms.Form] | None = None
    title: Callable[[Mapping[str, Any]], str] | None = None
    refusals: Callable[[Rows, Terms], Reasons] = lambda rows, terms: {}
    stakes: Callable[[Rows], Mapping[UUID, Money]] = lambda rows: {}
    rows: Callable[[Collection[UUID]], Iterable[Any]] | None = None
    name_of: Callable[[Any], str] = str
    customer_of: Callable[[Any], UUID | None] = lambda row: getattr(row, "customer_id", None)
    needs_reason: bool = False
    explanation: Text = ""
    undo: Undo | None = None
    tone: str = "main"
    in_lists: bool = True
    a_minute: TenantSetting[int] | None = None

    @property
    def model_class(self) -> type[models.Model]:
        """The model whose rows they are."""
        return apps.get_model(self.model)

    def read(self, ids: Collection[UUID]) -> dict[UUID, Any]:
        """Return the rows that are there, by their keys; of the tenant in force only."""
        if self.rows is not None:
            found = self.rows(ids)
        else:
            found = self.model_class._default_manager.filter(pk__in=ids)
        return {row.pk: row for row in found}

    def titled(self, values: Mapping[str, Any]) -> str:
        """Return what a run with these values is called."""
        return self.title(values) if self.title is not None else str(self.label)


BULK_ACTS: Slot[BulkAct] = Slot("bulk.acts", key=lambda act: act.name)


def only_where(
    applies: Callable[[Any], bool], sentence: Text = NOT_APPLICABLE
) -> Callable[[Rows, Terms], Reasons]:
    """Return ``refusals`` that leave out rows to which the act does not apply."""

    def refusals(rows: Rows, terms: Terms) -> Reasons:
        return {row.pk: str(sentence) for row in rows if not applies(row)}

    return refusals


def bulk_of(act: Act, *, model: str, see: str, **more: Any) -> BulkAct:
    """Return the act of a row as one on many: same words, permission, form and service.

    The form's values are kept by the run, so they must be plain. What else there is to say
    (``stakes``, ``undo``, ``needs_reason``) stands in ``more``.
    """

    def run(actor: Actor, row: Any, terms: Terms) -> Done:
        values = {**terms.values, **({"reason": terms.reason} if terms.reason else {})}
        return Done(sentence=str(act.run(actor, row, values)))

    return BulkAct(
        **{
            "name": f"{model}_{act.name}",
            "model": model,
            "label": act.label,
            "permission": act.permission,
            "see": see,
            "run": run,
            "form": act.form,
            "refusals": only_where(act.applies),
            "explanation": act.explanation,
            "tone": act.tone,
            **more,
        }
    )


def bulk_acts_of(model: str) -> list[BulkAct]:
    """Return the acts that the list of a model's rows offers."""
    return [act for act in BULK_ACTS.items() if act.model == model and act.in_lists]


def missing_sentence() -> str:
    """Return what is said of a row that is not there any more."""
    return gettext("It is not there any more.")
