"""What the portal's home page shows of services."""

from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _

from ispplatform.core.actors import Actor
from ispplatform.core.models import Tenant
from ispplatform.core.pages.home import HomeContent, NextStep, Urgency
from provisioning.choices import ServiceStatus
from provisioning.models import Service
from provisioning.selectors.services import services_for
from provisioning.statuses import service_sentence

ROWS = 6
# What stands still first, then what is being set up, then what runs.
_PLACE = Case(
    When(status=ServiceStatus.SUSPENDED, then=Value(0)),
    When(status=ServiceStatus.PENDING, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def services_part(tenant: Tenant, actor: Actor) -> HomeContent:
    """Return the customer's services, those that stand still first."""
    rows = services_for(actor).exclude(status=ServiceStatus.TERMINATED)
    counts = rows.order_by().aggregate(all=Count("id"), active=Count("id", Q(status="active")))
    if not counts["all"]:
        return HomeContent(values={})
    shown = list(rows.select_related("plan").order_by(_PLACE, "-id")[:ROWS])
    values = {
        "services": shown,
        "active": counts["active"],
        "count": counts["all"],
        "more_url": reverse("provisioning:services"),
        "more_label": _("All %(count)d") % {"count": counts["all"]},
    }
    stopped = [row for row in shown if row.status == ServiceStatus.SUSPENDED]
    return HomeContent(values=values, steps=[_step(row) for row in stopped[:1]])


def _step(service: Service) -> NextStep:
    return NextStep(
        urgency=Urgency.STOPPED,
        title=_("%(service)s is paused.") % {"service": service.label},
        text=service_sentence(service),
        label=_("See why"),
        url=reverse("provisioning:service", args=[service.pk]),
        tone="warn",
    )
