"""A customer's hosting accounts."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from domains.selectors.zones import live_zone
from hosting.choices import LIVE_ACCOUNT_STATUSES, AccountStatus
from hosting.errors import AccountNotFound
from hosting.models import HostingAccount
from hosting.portal.forms import PasswordForm
from hosting.selectors.accounts import account_by_id, accounts_for, has_login
from hosting.selectors.own_domains import RecordLook, is_own_domain, own_domain_look
from hosting.services.dns import records_wanted
from hosting.services.logins import account_login
from hosting.services.passwords import account_set_password
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.access import customer_page
from ispplatform.core.pages.refusals import refusal_of

PAGE_ROWS = 20


@require_GET
@customer_page("hosting:read")
def account_list(request: Any) -> HttpResponse:
    """Show the customer's web hosting."""
    rows = accounts_for(request.actor).filter(status__in=LIVE_ACCOUNT_STATUSES)
    page = Paginator(rows.select_related("service__plan"), PAGE_ROWS)
    context = {"page": page.get_page(request.GET.get("page"))}
    return render(request, "hosting/accounts.html", context)


@require_http_methods(["GET", "POST"])
@customer_page("hosting:read")
def account_page(request: Any, account_id: UUID) -> HttpResponse:
    """Show one account, and set its password."""
    account = _account_or_404(account_id, request.actor)
    form = PasswordForm(request.POST or None)
    shown_password = ""
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["password"]
        try:
            new = account_set_password(actor=request.actor, account=account, password=chosen)
        except PlatformError as error:
            form.refuse(error)
        else:
            shown_password = "" if chosen else new
            form = PasswordForm()
    is_set = request.method == "POST" and not form.errors
    return _page(request, account, form=form, password=shown_password, is_set=is_set)


@require_POST
@customer_page("hosting:update")
def account_panel(request: Any, account_id: UUID) -> HttpResponse:
    """Show the account with the way into its control panel, or why there is none now."""
    account = _account_or_404(account_id, request.actor)
    try:
        login = account_login(actor=request.actor, account=account)
    except PlatformError as error:
        return _page(request, account, form=PasswordForm(), trouble=refusal_of(error))
    return _page(request, account, form=PasswordForm(), login=login)


@require_GET
@customer_page("hosting:read")
def account_dns_check(request: Any, account_id: UUID) -> HttpResponse:
    """Look at the DNS of the customer's own domain, and show what is still to be set."""
    account = _account_or_404(account_id, request.actor)
    context = _context(account)
    if not context["is_own"]:
        return _page(request, account, form=PasswordForm())
    wanted = [one.record for one in context["records"]]
    look = own_domain_look(account, zone=context["zone"], records=wanted)
    if request.headers.get("HX-Request"):
        part = {**context, "look": look, "records": look.records}
        return render(request, "hosting/own_domain.html", part)
    return _page(request, account, form=PasswordForm(), look=look, records=look.records)


def _page(request: Any, account: HostingAccount, **more: Any) -> HttpResponse:
    answer = render(request, "hosting/account.html", {**_context(account), **more})
    answer["Cache-Control"] = "no-store"
    return answer


def _account_or_404(account_id: UUID, actor: Actor) -> HostingAccount:
    try:
        return account_by_id(account_id, actor=actor)
    except AccountNotFound as error:
        raise Http404(error.message) from error


def _context(account: HostingAccount) -> dict[str, Any]:
    zone = live_zone(account.domain)
    is_ours = zone is not None and zone.customer_id == account.customer_id
    records = [] if is_ours else records_wanted(account)
    return {
        "account": account,
        "is_own": is_own_domain(account),
        "server": account.server,
        "has_login": has_login(account) and account.status == AccountStatus.ACTIVE,
        "zone": zone if is_ours else None,
        "records": [RecordLook(record=one) for one in records],
        "disk_gb": _gigabytes(account.disk_used_bytes),
        "disk_limit_gb": _gigabytes(account.disk_limit_bytes),
        "disk_percent": _percent(account.disk_used_bytes, account.disk_limit_bytes),
        "traffic_gb": _gigabytes(account.bandwidth_used_bytes),
    }


def _gigabytes(octets: int | None) -> float | None:
    return None if octets is None else round(octets / 1_000_000_000, 1)


def _percent(used: int, limit: int | None) -> int | None:
    return None if not limit else min(100, used * 100 // limit)
