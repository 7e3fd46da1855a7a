"""A customer's names."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms.models import model_to_dict
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.models import Customer
from domains.choices import DomainStatus
from domains.errors import DomainNotFound
from domains.findings import finding_sentences
from domains.models import DelegationCheck, Domain
from domains.portal.forms import NameServersForm, RegistrantForm
from domains.selectors.domains import domain_by_id, domains_for
from domains.selectors.zones import live_zone
from domains.services.delegation import delegation_check_start
from domains.services.registrants import registrant_ensure
from domains.services.settings import (
    domain_auth_code,
    domain_set_auto_renew,
    domain_set_lock,
    domain_set_name_servers,
    domain_set_registrant,
)
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.access import customer_page
from ispplatform.core.pages.refusals import tell_refusal

PAGE_ROWS = 20


def domain_or_404(domain_id: UUID, actor: Actor) -> Domain:
    """Return a name of the customer's."""
    try:
        return domain_by_id(domain_id, actor=actor)
    except DomainNotFound as error:
        raise Http404(error.message) from error


@require_GET
@customer_page("domains:read")
def domain_list(request: Any) -> HttpResponse:
    """Show the customer's names, those that expire first on top."""
    rows = domains_for(request.actor).exclude(status=DomainStatus.FAILED)
    rows = rows.order_by("expires_at", "name")
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    return render(request, "domains/domains.html", {"page": page})


@require_GET
@customer_page("domains:read")
def domain_page(request: Any, domain_id: UUID) -> HttpResponse:
    """Show one name."""
    return render(request, "domains/domain.html", _context(domain_or_404(domain_id, request.actor)))


@require_POST
@customer_page("domains:update")
def domain_auto_renew(request: Any, domain_id: UUID) -> HttpResponse:
    """Switch the renewal by us on or off."""
    enabled = request.POST.get("enabled") == "1"
    done = _("It renews by itself.") if enabled else _("It runs out and is not renewed.")
    return _acted(
        request,
        domain_id,
        lambda row: domain_set_auto_renew(actor=request.actor, domain=row, enabled=enabled),
        done,
    )


@require_POST
@customer_page("domains:update")
def domain_lock(request: Any, domain_id: UUID) -> HttpResponse:
    """Forbid or allow the move to another provider."""
    locked = request.POST.get("locked") == "1"
    done = _("It is locked against moves.") if locked else _("It can be moved now.")
    return _acted(
        request,
        domain_id,
        lambda row: domain_set_lock(actor=request.actor, domain=row, locked=locked),
        done,
    )


@require_POST
@customer_page("domains:transfer")
def domain_code(request: Any, domain_id: UUID) -> HttpResponse:
    """Show the transfer code, once."""
    row = domain_or_404(domain_id, request.actor)
    try:
        code = domain_auth_code(actor=request.actor, domain=row)
    except PlatformError as error:
        tell_refusal(request, error)
        return redirect("domains:domain", domain_id=row.pk)
    answer = render(request, "domains/domain.html", {**_context(row), "transfer_code": code})
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "POST"])
@customer_page("domains:update")
def domain_name_servers(request: Any, domain_id: UUID) -> HttpResponse:
    """Let the customer point the name elsewhere."""
    row = domain_or_404(domain_id, request.actor)
    form = NameServersForm(
        request.POST or None, initial={"name_servers": "\n".join(row.name_servers)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            domain_set_name_servers(actor=request.actor, domain=row, name_servers=form.hosts())
        except PlatformError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The registry is being told."))
            return redirect("domains:domain", domain_id=row.pk)
    context = {"domain": row, "form": form, "title": _("Name servers")}
    return render(request, "domains/domain_form.html", context)


@require_http_methods(["GET", "POST"])
@customer_page("domains:update")
def domain_registrant(request: Any, domain_id: UUID) -> HttpResponse:
    """Let the customer change the holder."""
    row = domain_or_404(domain_id, request.actor)
    form = RegistrantForm(request.POST or None, initial=model_to_dict(row.registrant))
    if request.method == "POST" and form.is_valid():
        try:
            holder = registrant_ensure(
                actor=request.actor,
                customer=Customer.objects.get(pk=row.customer_id),
                details=form.cleaned_data,
            )
            domain_set_registrant(actor=request.actor, domain=row, registrant=holder)
        except PlatformError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The registry is being told."))
            return redirect("domains:domain", domain_id=row.pk)
    context = {"domain": row, "form": form, "title": _("Holder")}
    return render(request, "domains/domain_form.html", context)


@require_http_methods(["GET", "POST"])
@customer_page("domains:read")
def domain_dns_check(request: Any, domain_id: UUID) -> HttpResponse:
    """Look at the name from outside, and show the part of its page that changes by itself."""
    if request.method == "POST":
        return _acted(
            request,
            domain_id,
            lambda row: delegation_check_start(actor=request.actor, domain=row).domain,
            _("The DNS is being asked."),
        )
    row = domain_or_404(domain_id, request.actor)
    return render(request, "domains/domain_dns_check.html", {"domain": row, **_looked_at(row)})


def _acted(
    request: Any, domain_id: UUID, act: Callable[[Domain], Domain], done: str
) -> HttpResponse:
    row = domain_or_404(domain_id, request.actor)
    try:
        act(row)
    except PlatformError as error:
        tell_refusal(request, error)
    else:
        messages.success(request, done)
    return redirect("domains:domain", domain_id=row.pk)


def _context(domain: Domain) -> dict[str, Any]:
    zone = live_zone(domain.name)
    return {
        "domain": domain,
        "zone": zone if zone is not None and zone.customer_id == domain.customer_id else None,
        **_looked_at(domain),
        "is_held": domain.status in {DomainStatus.ACTIVE, DomainStatus.EXPIRED},
    }


def _looked_at(domain: Domain) -> dict[str, Any]:
    check = DelegationCheck.objects.filter(domain=domain).first()
    findings = finding_sentences(check.findings) if check is not None else []
    return {"check": check, "findings": findings}
