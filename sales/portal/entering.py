"""Logging a newcomer in who has just proved the address, on the way to the review."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.choices import SessionChannel
from accounts.models import EmailCode
from accounts.pages import browser_device, remember_device
from accounts.principals import cookie_remember
from accounts.services.logins import portal_enter_by_proof
from sales.services.checkout import checkout_confirm_by_link


def enter_and_go_on(request: Any, proved: EmailCode, target: str) -> HttpResponse:
    """Return the answer that logs the browser in and sends it on.

    Somebody with a second factor, or with a closed account, logs in by hand first.
    """
    entry = portal_enter_by_proof(
        code=proved, device=browser_device(request), channel=SessionChannel.BROWSER
    )
    if entry is None:
        return redirect(f"{reverse('accounts:log_in')}?next={target}")
    cookie_remember(
        request, kind=entry.kind, tenant_id=entry.tenant_id, session_id=entry.session_id
    )
    return remember_device(request, redirect(target))


def checkout_of(proved: EmailCode) -> str:
    """Return where a checkout goes on that this proof belongs to; empty when it is of none."""
    cart = checkout_confirm_by_link(proved=proved)
    return reverse("sales:checkout_review") if cart is not None else ""
