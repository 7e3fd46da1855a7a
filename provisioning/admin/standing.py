"""Letting services stand still and run again from the page of their customer."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import ROW_ACTS, Act, RowAct
from ispplatform.core.errors import NotFound
from provisioning.admin.forms import SuspendForm
from provisioning.choices import ReasonKind, ServiceStatus
from provisioning.models import Service
from provisioning.services.suspension import service_resume, service_suspend

CUSTOMER = "customers.customer"
MOST_SERVICES = 300
Values = Mapping[str, Any]


def _services(customer: Customer, status: ServiceStatus) -> Any:
    rows = Service.objects.of_customer(customer.pk).filter(status=status)
    if status == ServiceStatus.SUSPENDED:
        rows = rows.filter(terminate_at=None)  # what ends is kept by an act of its own
    return rows.select_related("plan").order_by("label", "pk")


def _has(customer: Customer, status: ServiceStatus) -> bool:
    """Tell whether there is a service in a status; one query for all buttons of a page."""
    known: set[str] | None = customer.__dict__.get("_standing")
    if known is None:
        rows = Service.objects.of_customer(customer.pk).exclude(terminate_at__isnull=False)
        known = set(rows.order_by().values_list("status", flat=True).distinct())
        customer.__dict__["_standing"] = known
    return status in known


def _choices(services: Iterable[Service]) -> list[tuple[str, str]]:
    return [(str(row.pk), f"{row.label} · {row.plan.name}") for row in services]


def _chosen_field(services: Iterable[Service]) -> forms.MultipleChoiceField:
    choices = _choices(services)
    return forms.MultipleChoiceField(
        label=_("Services"),
        choices=choices,
        initial=[value for value, _label in choices],
        widget=forms.CheckboxSelectMultiple,
    )


def _suspend_form(customer: Customer) -> type[forms.Form]:
    rows = _services(customer, ServiceStatus.ACTIVE)[:MOST_SERVICES]

    class CustomerSuspendForm(SuspendForm):
        """Asks which services stand still, for whose reason, and why."""

        services = _chosen_field(rows)
        field_order = ("services", "kind", "text")

    return CustomerSuspendForm


def _resume_form(customer: Customer) -> type[forms.Form]:
    rows = _services(customer, ServiceStatus.SUSPENDED)[:MOST_SERVICES]

    class CustomerResumeForm(forms.Form):
        """Asks which services run again, and a note."""

        services = _chosen_field(rows)
        text = forms.CharField(label=_("Note"), max_length=500, required=False)

    return CustomerResumeForm


def _chosen(customer: Customer, status: ServiceStatus, ids: Iterable[str]) -> list[Service]:
    rows = list(_services(customer, status).filter(pk__in=list(ids)).order_by("pk"))
    if not rows:
        raise NotFound("None of these services is left to decide about.")
    return rows


def _suspend(actor: Actor, row: Customer, values: Values) -> str:
    with transaction.atomic():
        services = _chosen(row, ServiceStatus.ACTIVE, values["services"])
        for service in services:
            kind = ReasonKind(values["kind"])
            service_suspend(actor=actor, service=service, kind=kind, text=values["text"])
    return gettext("%(count)d services stand still; the providers are being told.") % {
        "count": len(services)
    }


def _resume(actor: Actor, row: Customer, values: Values) -> str:
    with transaction.atomic():
        services = _chosen(row, ServiceStatus.SUSPENDED, values["services"])
        for service in services:
            service_resume(actor=actor, service=service, kind=None, text=values["text"])
    return gettext("%(count)d services run again; the providers are being told.") % {
        "count": len(services)
    }


for customer_act in (
    Act(
        name="suspend",
        label=_("Suspend"),
        permission="services:suspend",
        run=_suspend,
        form_for=_suspend_form,
        explanation=_(
            "The chosen services stand still until this reason is closed. Nothing is deleted, "
            "and names stay registered."
        ),
        applies=lambda row: _has(row, ServiceStatus.ACTIVE),
    ),
    Act(
        name="resume",
        label=_("Resume"),
        permission="services:suspend",
        run=_resume,
        form_for=_resume_form,
        explanation=_(
            "Every reason for which the chosen services stand still is closed, unpaid invoices "
            "among them. The invoices stay open."
        ),
        applies=lambda row: _has(row, ServiceStatus.SUSPENDED),
    ),
):
    ROW_ACTS.fill(RowAct(model=CUSTOMER, act=customer_act))
