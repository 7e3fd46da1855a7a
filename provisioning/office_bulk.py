"""Services in bulk: suspend, resume."""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.bulk import BULK_ACTS, BulkAct, Done, Terms, Undo
from ispplatform.core.bulk.acts import Reasons, Rows
from provisioning.choices import ReasonKind, ServiceStatus
from provisioning.models import Service, ServiceReason
from provisioning.services.suspension import service_resume, service_suspend

LIVE = (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)
KINDS = (ReasonKind.STAFF, ReasonKind.ABUSE, ReasonKind.CUSTOMER)
Kept = Mapping[str, Any]


class KindForm(forms.Form):
    """Asks whose reason it is."""

    kind = forms.ChoiceField(
        label=_("Whose reason"),
        choices=[(kind.value, kind.label) for kind in KINDS],
        initial=ReasonKind.STAFF.value,
    )


def _rows(ids: Collection[UUID]) -> QuerySet[Service]:
    opened = ServiceReason.objects.filter(closed_at=None)
    return Service.objects.filter(pk__in=ids).prefetch_related(
        Prefetch("reasons", queryset=opened, to_attr="open_reasons")
    )


def _reason_of(row: Any, kind: str) -> ServiceReason | None:
    return next((one for one in row.open_reasons if one.kind == kind), None)


def _refusals(why: Callable[[Any, str], str]) -> Callable[[Rows, Terms], Reasons]:
    def refusals(rows: Rows, terms: Terms) -> Reasons:
        kind = terms.values["kind"]
        return {row.pk: reason for row in rows if (reason := why(row, kind))}

    return refusals


def _why_not_suspend(row: Any, kind: str) -> str:
    if row.status not in LIVE:
        return gettext("It does not run.")
    return gettext("It stands still for this reason already.") if _reason_of(row, kind) else ""


def _why_not_resume(row: Any, kind: str) -> str:
    if row.status != ServiceStatus.SUSPENDED:
        return gettext("It does not stand still.")
    return "" if _reason_of(row, kind) else gettext("It stands still for another reason.")


def _suspend(actor: Actor, row: Service, terms: Terms) -> Done:
    kind = ReasonKind(terms.values["kind"])
    service_suspend(actor=actor, service=row, kind=kind, text=terms.reason)
    return Done(sentence=gettext("The provider is being told."), memory={"kind": kind.value})


def _suspend_undone(actor: Actor, row: Service, kept: Kept, terms: Terms) -> str:
    service_resume(actor=actor, service=row, kind=ReasonKind(kept["kind"]), text=terms.reason)
    return gettext("The reason is closed.")


def _resume(actor: Actor, row: Any, terms: Terms) -> Done:
    kind = ReasonKind(terms.values["kind"])
    opened = _reason_of(row, kind)
    service_resume(actor=actor, service=row, kind=kind, text=terms.reason)
    return Done(
        sentence=gettext("The reason is closed."),
        memory={"kind": kind.value, "text": opened.text if opened is not None else ""},
    )


def _resume_undone(actor: Actor, row: Service, kept: Kept, terms: Terms) -> str:
    service_suspend(actor=actor, service=row, kind=ReasonKind(kept["kind"]), text=kept["text"])
    return gettext("It stands still again.")


def _kind_words(values: Mapping[str, Any]) -> str:
    return str(ReasonKind(values["kind"]).label)


BULK_ACTS.fill(
    BulkAct(
        name="provisioning.services_suspend",
        model="provisioning.service",
        label=_("Suspend"),
        permission="services:suspend",
        see="services:read",
        run=_suspend,
        rows=_rows,
        form=KindForm,
        title=lambda values: gettext("Suspend: %(reason)s") % {"reason": _kind_words(values)},
        refusals=_refusals(_why_not_suspend),
        needs_reason=True,
        explanation=_("They stand still until this reason is closed. Nothing is deleted."),
        undo=Undo(run=_suspend_undone),
        tone="danger",
    )
)
BULK_ACTS.fill(
    BulkAct(
        name="provisioning.services_resume",
        model="provisioning.service",
        label=_("Resume"),
        permission="services:suspend",
        see="services:read",
        run=_resume,
        rows=_rows,
        form=KindForm,
        title=lambda values: gettext("Resume: %(reason)s") % {"reason": _kind_words(values)},
        refusals=_refusals(_why_not_resume),
        explanation=_("This reason is closed; who stands still for another one stays so."),
        undo=Undo(run=_resume_undone),
    )
)
