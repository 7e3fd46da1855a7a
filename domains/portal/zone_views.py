"""The DNS editor."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from domains.errors import RecordNotFound, ZoneNotFound
from domains.models import DnsRecord, DnsZone
from domains.portal.forms import RecordChangeForm, RecordForm, ZoneFileForm
from domains.rules.zone_files import records_of_file
from domains.selectors.zones import (
    record_by_id,
    records_of,
    zone_by_id,
    zones_for,
)
from domains.services.records import (
    record_add,
    record_remove,
    record_update,
    zone_replace,
    zone_replace_plan,
)
from domains.services.zones import zone_export as zone_file
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.access import customer_page
from ispplatform.core.pages.refusals import tell_refusal

PAGE_ROWS = 20


def zone_or_404(zone_id: UUID, actor: Actor) -> DnsZone:
    """Return a zone of the customer's."""
    try:
        return zone_by_id(zone_id, actor=actor)
    except ZoneNotFound as error:
        raise Http404(error.message) from error


@require_GET
@customer_page("dns:read")
def zone_list(request: Any) -> HttpResponse:
    """Show the customer's zones."""
    rows = zones_for(request.actor).order_by("name")
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    return render(request, "domains/zones.html", {"page": page})


@require_http_methods(["GET", "POST"])
@customer_page("dns:read")
def zone_page(request: Any, zone_id: UUID) -> HttpResponse:
    """Show a zone's records, and add one."""
    zone = zone_or_404(zone_id, request.actor)
    form = RecordForm(request.POST or None, initial={"type": "A", "ttl": zone.default_ttl})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            record_add(
                actor=request.actor,
                zone=zone,
                record_type=values["type"],
                name=values["name"],
                content=values["content"],
                priority=values["priority"],
                ttl=values["ttl"],
            )
        except PlatformError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The record is being put on the name servers."))
            return redirect("domains:zone", zone_id=zone.pk)
    return render(request, "domains/zone.html", {**_context(zone), "form": form})


@require_GET
@customer_page("dns:read")
def zone_state(request: Any, zone_id: UUID) -> HttpResponse:
    """Show the part of the editor that changes by itself."""
    return render(request, "domains/zone_state.html", {"zone": zone_or_404(zone_id, request.actor)})


@require_http_methods(["GET", "POST"])
@customer_page("dns:update")
def record_page(request: Any, zone_id: UUID, record_id: UUID) -> HttpResponse:
    """Let the customer change one record."""
    zone = zone_or_404(zone_id, request.actor)
    record = _record_or_404(zone, record_id)
    form = RecordChangeForm(
        request.POST or None,
        initial={
            "name": record.name,
            "content": record.content,
            "priority": record.priority,
            "ttl": record.ttl,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            record_update(actor=request.actor, zone=zone, record_id=record.pk, **form.cleaned_data)
        except PlatformError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The change is being put on the name servers."))
            return redirect("domains:zone", zone_id=zone.pk)
    return render(request, "domains/record.html", {"zone": zone, "record": record, "form": form})


@require_POST
@customer_page("dns:update")
def record_delete(request: Any, zone_id: UUID, record_id: UUID) -> HttpResponse:
    """Take one record out of the zone."""
    zone = zone_or_404(zone_id, request.actor)
    try:
        record_remove(actor=request.actor, zone=zone, record_id=record_id)
    except PlatformError as error:
        tell_refusal(request, error)
    else:
        messages.success(request, _("The record is being taken off the name servers."))
    return redirect("domains:zone", zone_id=zone.pk)


@require_http_methods(["GET", "POST"])
@customer_page("dns:update")
def zone_import(request: Any, zone_id: UUID) -> HttpResponse:
    """Replace all records by a zone file: first the plan is shown, then it is carried out."""
    zone = zone_or_404(zone_id, request.actor)
    form = ZoneFileForm(request.POST or None)
    plan = None
    if request.method == "POST" and form.is_valid():
        try:
            records = records_of_file(
                zone.name, form.cleaned_data["text"], default_ttl=zone.default_ttl
            )
            if request.POST.get("confirmed") == "1":
                zone_replace(actor=request.actor, zone=zone, records=records, force=True)
                messages.success(request, _("The new records are being put on the name servers."))
                return redirect("domains:zone", zone_id=zone.pk)
            plan = zone_replace_plan(zone, records)
        except PlatformError as error:
            form.refuse(error)
    return render(request, "domains/zone_import.html", {"zone": zone, "form": form, "plan": plan})


@require_GET
@customer_page("dns:read")
def zone_export(request: Any, zone_id: UUID) -> HttpResponse:
    """Hand the zone out as a file."""
    zone = zone_or_404(zone_id, request.actor)
    return HttpResponse(
        zone_file(actor=request.actor, zone=zone),
        content_type="text/dns; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{zone.name}.zone"'},
    )


def _record_or_404(zone: DnsZone, record_id: UUID) -> DnsRecord:
    try:
        return record_by_id(record_id, zone=zone)
    except RecordNotFound as error:
        raise Http404(error.message) from error


def _context(zone: DnsZone) -> dict[str, Any]:
    return {"zone": zone, "records": records_of(zone)}
