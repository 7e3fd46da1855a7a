"""What the customer has, and how far it is."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from billing.selectors.renewals import default_card, next_invoice_day, upcoming_invoices
from billing.services.subscriptions import is_over
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.access import customer_page
from ispplatform.core.pages.refusals import tell_refusal
from provisioning.choices import ServiceStatus
from provisioning.errors import ServiceNotFound
from provisioning.models import Service
from provisioning.provisioners import provisioned_types, provisioner_for
from provisioning.selectors.services import (
    open_reasons,
    service_by_id,
    service_progress,
    services_for,
)
from provisioning.services.changes import service_set_auto_renew
from provisioning.statuses import service_sentence

PAGE_ROWS = 20


@require_GET
@customer_page("services:read")
def service_list(request: Any) -> HttpResponse:
    """Show what the customer has; what has ended is on a list of its own."""
    ended = request.GET.get("show") == "ended"
    rows = services_for(request.actor).select_related("plan", "subscription__price")
    if ended:
        rows = rows.filter(status=ServiceStatus.TERMINATED)
    else:
        rows = rows.exclude(status=ServiceStatus.TERMINATED)
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    for service in page.object_list:
        billed = service.subscription
        service.next_invoice_on = None if billed is None else next_invoice_day(billed)
    return render(request, "provisioning/services.html", {"page": page, "ended": ended})


@require_GET
@customer_page("services:read")
def service_page(request: Any, service_id: UUID) -> HttpResponse:
    """Show one service: how far it is, what it costs, where it is managed."""
    return render(request, "provisioning/service.html", _context(request.actor, service_id))


@require_GET
@customer_page("services:read")
def service_live(request: Any, service_id: UUID) -> HttpResponse:
    """Show the part of a service's page that changes by itself."""
    return render(request, "provisioning/service_live.html", _context(request.actor, service_id))


@require_POST
@customer_page("own_subscriptions:update")
def service_renewal(request: Any, service_id: UUID) -> HttpResponse:
    """Let a service renew by itself or end with its period."""
    service = _service_or_404(request.actor, service_id)
    enabled = request.POST.get("enabled") == "1"
    try:
        service_set_auto_renew(actor=request.actor, service=service, enabled=enabled)
    except PlatformError as error:
        tell_refusal(request, error)
    else:
        messages.success(
            request,
            _("It renews by itself.") if enabled else _("It is not renewed and ends by itself."),
        )
    return redirect("provisioning:service", service_id=service.pk)


def _service_or_404(actor: Actor, service_id: UUID) -> Service:
    try:
        return service_by_id(service_id, actor=actor)
    except ServiceNotFound as error:
        raise Http404(error.message) from error


def _context(actor: Actor, service_id: UUID) -> dict[str, Any]:
    service = _service_or_404(actor, service_id)
    is_moving = (
        service.status == ServiceStatus.PENDING
        and service.setup_started_at is not None
        and not service.trouble
    )
    steps = list(service.steps.all())
    return {
        "service": service,
        "steps": steps,
        "progress": service_progress(service),
        "sentence": service_sentence(service, steps),
        "is_moving": is_moving,
        "reasons": open_reasons(service),
        "manage_url": _manage_url(service),
        **_renewal(service),
    }


def _renewal(service: Service) -> dict[str, Any]:
    """Return what the page says about the next invoice, and whether the customer may switch it."""
    billed = service.subscription
    if billed is None or service.status not in {ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED}:
        return {"renewal": None}
    coming = upcoming_invoices(service.customer, subscriptions=[billed])
    return {
        "renewal": billed,
        "upcoming": coming[0] if coming else None,
        "card": default_card(service.customer_id) if coming else None,
        "is_bound": bool(coming) and not billed.auto_renew,
        "runs_until": billed.ends_on or billed.next_billing_on,
        "may_switch": not is_over(billed),
    }


def _manage_url(service: Service) -> str:
    if service.type not in provisioned_types() or service.status == ServiceStatus.PENDING:
        return ""
    return provisioner_for(service.type).portal_path(service)
