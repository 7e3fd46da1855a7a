"""What the log-in pages of both sides share."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.services.sessions import Device
from ispplatform.core.api.limits import count_request, limit_of
from ispplatform.core.clock import system_now
from ispplatform.core.errors import PlatformError
from ispplatform.core.middleware.addresses import address_group, client_address
from ispplatform.core.pages.errors import error_page
from ispplatform.core.pages.refusals import refusal_text

DEVICE_COOKIE = "device"
DEVICE_COOKIE_SECONDS = 400 * 86_400
Page = Callable[..., HttpResponse]


def limited(scope: str) -> Callable[[Page], Page]:
    """Let an address send a page's form only so often: the API's limit of the same scope."""

    def decorate(page: Page) -> Page:
        @wraps(page)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return page(request, *args, **kwargs)
            tenant = request.tenant  # type: ignore[attr-defined] # set by the middleware
            limit = limit_of(scope, is_sandbox=bool(tenant is not None and tenant.is_sandbox))
            verdict = count_request(scope, address_group(client_address(request)), limit)
            if verdict.allowed:
                return page(request, *args, **kwargs)
            answer = error_page(request, 429)
            wait = verdict.reset_at_seconds - int(system_now().timestamp())
            answer["Retry-After"] = str(max(1, wait))
            return answer

        return counted

    return decorate


def safe_next(request: HttpRequest, fallback: str) -> str:
    """Return where to go after the log-in: an address of this server, never another's."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else fallback


def blame(form: forms.Form, error: PlatformError) -> None:
    """Show a service's refusal beside the field that it names, else above the form."""
    named = str(error.params.get("field", ""))
    form.add_error(named if named in form.fields else None, refusal_text(error.message))
    suggestions = error.params.get("suggestions")
    if isinstance(suggestions, list) and named in form.fields:
        for sentence in suggestions:
            form.add_error(named, refusal_text(sentence))


def page(
    request: HttpRequest, name: str, values: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page of this app; pages about credentials are never stored by browsers."""
    answer = render(request, f"accounts/{name}.html", values, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def browser_device(request: HttpRequest) -> Device:
    """Return the device of a browser, marked by a cookie that ``remember_device`` leaves in it."""
    if not request.COOKIES.get(DEVICE_COOKIE):
        request.COOKIES[DEVICE_COOKIE] = get_random_string(32)
    return Device(
        address=client_address(request),
        user_agent=request.headers.get("User-Agent", ""),
        key=request.COOKIES[DEVICE_COOKIE][:64],
    )


def remember_device(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Leave the mark in the browser, so that its next log-in is not told as one from a new device.

    The mark opens nothing.
    """
    answer.set_cookie(
        DEVICE_COOKIE,
        request.COOKIES[DEVICE_COOKIE][:64],
        max_age=DEVICE_COOKIE_SECONDS,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return answer
