"""What services show in the back office beside their own pages."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.expressions import Expression
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Customer
from customers.rules.timeline import TimelineFacts
from customers.slots import TimelineSentence
from ispplatform.core.actors import Actor
from ispplatform.core.admin.first_rows import first_rows
from provisioning.choices import ReasonKind, ServiceStatus
from provisioning.models import Service, ServiceReason

ROWS = 10
LIVE = (ServiceStatus.PENDING, ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)


def customer_panel(customer: Customer, actor: Actor) -> Mapping[str, Any]:
    """Return a customer's services, those that need a person first. One query.

    One that stands still says its oldest reason.
    """
    rows = Service.objects.of_customer(customer.pk).filter(status__in=LIVE).select_related("plan")
    reasons = ServiceReason.objects.filter(service=OuterRef("pk"), closed_at=None)
    oldest = reasons.order_by("opened_at", "pk")
    told = rows.annotate(
        still_kind=Subquery(oldest.values("kind")[:1]),
        still_text=Subquery(oldest.values("text")[:1]),
        still_since=Subquery(oldest.values("opened_at")[:1]),
    )
    services, count = first_rows(told.order_by("-trouble_at", "-id"), ROWS)
    for service in services:
        service.still_words = ReasonKind(service.still_kind).label if service.still_kind else ""
    live = urlencode({"customer__id__exact": customer.pk, "status__in": ",".join(LIVE)})
    return {
        "services": services,
        "count": count,
        "all_url": f"{reverse('admin:provisioning_service_changelist')}?{live}",
    }


def adopt_url(customer: Customer) -> str:
    """Return the address of the page on which something is taken over for this customer."""
    if customer.deleted_at is not None:
        return ""
    return f"{reverse('admin:service_adopt')}?customer_number={customer.customer_number}"


def services_count() -> Expression:
    """Return how many services a customer has, without those that ended, as a subquery."""
    rows = Service.objects.filter(customer=OuterRef("pk"), status__in=LIVE)
    counts = rows.order_by().values("customer").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)


def deletion_refusal(customer_id: UUID) -> str:
    """Return why a customer's services forbid deleting it; empty when they do not."""
    if Service.objects.of_customer(customer_id).filter(status__in=LIVE).exists():
        return _("Services still run.")
    return ""


def _told(sentence: str | Promise) -> Callable[[TimelineFacts], str]:
    def text(facts: TimelineFacts) -> str:
        return f"{facts.subject_label}: {sentence}"

    return text


def _suspended(facts: TimelineFacts) -> str:
    kind = facts.after.get("kind", "")
    reason = ReasonKind(kind).label if kind in ReasonKind.values else ""
    return _("%(service)s: reason to stand still, %(reason)s") % {
        "service": facts.subject_label,
        "reason": reason,
    }


SENTENCES = (
    TimelineSentence(
        act="provisioning.service_order", text=_told(gettext_lazy("ordered, not paid yet"))
    ),
    TimelineSentence(
        act="provisioning.service_adopt", text=_told(gettext_lazy("taken over, it existed before"))
    ),
    TimelineSentence(
        act="provisioning.service_activate", text=_told(gettext_lazy("setting up begins"))
    ),
    TimelineSentence(act="provisioning.service_active", text=_told(gettext_lazy("active"))),
    TimelineSentence(
        act="provisioning.service_hold", text=_told(gettext_lazy("held for a person to look at"))
    ),
    TimelineSentence(act="provisioning.service_release", text=_told(gettext_lazy("let through"))),
    TimelineSentence(
        act="provisioning.service_fail_to_person", text=_told(gettext_lazy("needs a person"))
    ),
    TimelineSentence(act="provisioning.service_suspend", text=_suspended),
    TimelineSentence(
        act="provisioning.service_resume", text=_told(gettext_lazy("a reason is over"))
    ),
    TimelineSentence(
        act="provisioning.service_change_plan", text=_told(gettext_lazy("moved to another plan"))
    ),
    TimelineSentence(act="provisioning.service_renew", text=_told(gettext_lazy("renewal paid"))),
    TimelineSentence(act="provisioning.service_terminate", text=_told(gettext_lazy("is to end"))),
    TimelineSentence(
        act="provisioning.termination_cancel", text=_told(gettext_lazy("goes on after all"))
    ),
    TimelineSentence(act="provisioning.service_end", text=_told(gettext_lazy("ended"))),
)
