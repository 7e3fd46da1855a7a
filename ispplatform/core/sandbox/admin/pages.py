"""The sandbox bench: what was mailed, what time it is, what is to go wrong."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.pages import StaffPage
from ispplatform.core.admin.requests import tenant_of
from ispplatform.core.clock import business_now
from ispplatform.core.due import day_begins
from ispplatform.core.errors import InvalidInput, NotFound
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.sandbox import FaultMode, SandboxFault
from ispplatform.core.models.tenants import Tenant, TenantMode
from ispplatform.core.providers.registry import backends, calls_of
from ispplatform.core.sandbox.clock import clock_advance, clock_stop
from ispplatform.core.sandbox.mails import (
    mail_attachment,
    mail_opened,
    mails_are_caught,
    mails_caught,
)
from ispplatform.core.sandbox.selectors import (
    clock_move_running,
    clock_moves,
    clock_named_targets,
    what_ran,
)
from ispplatform.core.sandbox.services import (
    MANAGE,
    sandbox_fault_set,
    sandbox_faults_clear,
    sandbox_faults_waiting,
)

NEWEST_MAILS = 8
LISTED_MAILS = 100
PAYMENTS = "payments"  # the kind of connection that can ask a card holder
NEXT_MORNING = 9  # o'clock, where a target is only a day


class SandboxPage(StaffPage):
    """Base of the bench's pages; a live company has none."""

    permission = MANAGE
    manage_permission = MANAGE

    tenant: Tenant

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        tenant = tenant_of(request)
        # Its clock as it is this moment, not as the cache remembers it.
        row = tenant and Tenant.objects.filter(pk=tenant.pk, mode=TenantMode.SANDBOX).first()
        if row is None:
            raise Http404
        self.tenant = row


class BenchPage(SandboxPage):
    """The whole bench on one page."""

    title = _("Sandbox")
    template_name = "admin/sandbox/bench.html"

    def content(self, request: HttpRequest) -> dict[str, Any]:
        return {
            **clock_content(self.tenant),
            "connections": _connection_lines(),
            "modes": FaultMode,
            "mails": mails_caught(self.tenant, limit=NEWEST_MAILS),
            "are_caught": mails_are_caught(),
        }

    def act_move(self, request: HttpRequest) -> str:
        """Move the clock by a step, to a named instant or to a date."""
        target = _target(self.tenant, request.POST.get("step", ""), request.POST.get("date", ""))
        clock_advance(actor=self.actor, tenant=self.tenant, to=target)
        return gettext("The clock is moving.")

    def act_stop(self, request: HttpRequest) -> str:
        """End the move where it stands."""
        clock_stop(actor=self.actor, tenant=self.tenant)
        return gettext("The clock runs on from where it stood.")

    def act_break(self, request: HttpRequest) -> str:
        """Prepare a fault."""
        connection = _connection(request)
        fault = sandbox_fault_set(
            actor=self.actor,
            connection=connection,
            mode=_mode(request),
            call=_call(request, connection),
            times=_number(request, "times", default=1),
            minutes=_number(request, "minutes", default=0),
        )
        return gettext("%(connection)s: %(fault)s.") % {
            "connection": connection.name,
            "fault": fault.get_mode_display(),
        }

    def act_mend(self, request: HttpRequest) -> str:
        """Take the faults of a connection back."""
        count = sandbox_faults_clear(actor=self.actor, connection=_connection(request))
        return ngettext("%d fault taken back.", "%d faults taken back.", count) % count


class ClockFragment(SandboxPage):
    """The clock alone, asked for again and again while it moves."""

    template_name = "admin/sandbox/clock.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        content = {**clock_content(self.tenant), "may_manage": True}
        return TemplateResponse(request, self.template_name, content)


class MailFragment(SandboxPage):
    """The newest mails alone, asked for again and again."""

    template_name = "admin/sandbox/mail_lines.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        content = {"mails": mails_caught(self.tenant, limit=NEWEST_MAILS)}
        return TemplateResponse(request, self.template_name, content)


class MailListPage(SandboxPage):
    """The newest hundred mails."""

    title = _("Mail of the sandbox")
    template_name = "admin/sandbox/mails.html"

    def content(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "mails": mails_caught(self.tenant, limit=LISTED_MAILS),
            "are_caught": mails_are_caught(),
        }


class MailPage(SandboxPage):
    """One mail, as its reader sees it."""

    template_name = "admin/sandbox/mail.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            opened = mail_opened(self.tenant, kwargs["name"])
        except NotFound as exc:
            raise Http404 from exc
        return self.shown(request, {"opened": opened, "title": opened.mail.subject})


class MailAttachment(SandboxPage):
    """A file that came with a mail."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            name, content_type, content = mail_attachment(
                self.tenant, kwargs["name"], kwargs["number"]
            )
        except NotFound as exc:
            raise Http404 from exc
        answer = HttpResponse(content, content_type=content_type)
        plain = "".join(sign for sign in name if sign.isprintable() and sign not in '"\\/')
        answer.headers["Content-Disposition"] = f'attachment; filename="{plain}"'
        return answer


def clock_content(tenant: Tenant) -> dict[str, Any]:
    """Return what the card *Clock* shows."""
    now = business_now(tenant)
    running = clock_move_running()
    shown = running or next(iter(clock_moves()), None)
    return {
        "business_time": now.astimezone(ZoneInfo(tenant.time_zone)),
        "is_ahead": tenant.clock_offset_seconds > 0 or tenant.clock_held_at is not None,
        "running": running,
        "shown_move": shown,
        "ran": what_ran(shown) if shown is not None else [],
        "targets": clock_named_targets(tenant, after=now),
        "tomorrow": (now.astimezone(ZoneInfo(tenant.time_zone)) + timedelta(days=1)).date(),
    }


def _target(tenant: Tenant, step: str, day: str) -> datetime:
    now = business_now(tenant)
    if step == "day":
        return now + timedelta(days=1)
    if step == "month":
        return month_later(now)
    if step == "date":
        try:
            return day_begins(date.fromisoformat(day), tenant, hour=NEXT_MORNING)
        except ValueError:
            raise InvalidInput("Choose a day.", field="date") from None
    for target in clock_named_targets(tenant, after=now):
        if target.key == step:
            return target.at
    raise InvalidInput("There is no such time ahead.", field="step")


def month_later(at: datetime) -> datetime:
    """Return the same time a month later, on the month's last day where it is shorter."""
    year, month = (at.year + 1, 1) if at.month == 12 else (at.year, at.month + 1)
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


def _connection_lines() -> list[dict[str, Any]]:
    faults: dict[UUID, list[SandboxFault]] = {}
    for fault in sandbox_faults_waiting():
        faults.setdefault(fault.connection_id, []).append(fault)
    rows = ProviderConnection.objects.filter(is_sandbox=True, is_active=True)
    return [
        {
            "row": row,
            "kind": backends.kind(row.kind).label,
            "faults": faults.get(row.pk, []),
            "calls": calls_of(backends.kind(row.kind).protocol),
            "asks_card_holder": row.kind == PAYMENTS,
        }
        for row in rows.order_by("kind", "name")
    ]


def _connection(request: HttpRequest) -> ProviderConnection:
    try:
        wanted = UUID(request.POST.get("connection", ""))
    except ValueError:
        raise InvalidInput("There is no such connection.", field="connection") from None
    row = ProviderConnection.objects.filter(pk=wanted).first()
    if row is None:
        raise InvalidInput("There is no such connection.", field="connection")
    return row


def _mode(request: HttpRequest) -> FaultMode:
    try:
        return FaultMode(request.POST.get("mode", ""))
    except ValueError:
        raise InvalidInput("Choose what goes wrong.", field="mode") from None


def _call(request: HttpRequest, connection: ProviderConnection) -> str:
    call = request.POST.get("call", "")
    if call and call not in calls_of(backends.kind(connection.kind).protocol):
        raise InvalidInput("It has no such call.", field="call")
    return call


def _number(request: HttpRequest, field: str, *, default: int) -> int:
    text = request.POST.get(field, "").strip()
    if not text:
        return default
    if not text.isdecimal() or len(text) > 6:
        raise InvalidInput("Write a whole number.", field=field)
    return int(text)
