"""What the log-in pages of both sides share."""

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

import segno
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from accounts.errors import PasskeyRefused, PasskeysNotHere
from accounts.forms import AvatarForm
from accounts.rules.passkeys import LONGEST_ANSWER, RelyingParty
from accounts.selectors.relying_parties import relying_party_at
from accounts.services.passkeys import PasskeyAnswer
from accounts.services.sessions import Device
from ispplatform.core.api.limits import count_request, limit_of
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.middleware.addresses import address_group, client_address
from ispplatform.core.pages.errors import error_page
from ispplatform.core.pages.markup import as_markup

DEVICE_COOKIE = "device"
DEVICE_COOKIE_SECONDS = 400 * 86_400
Page = Callable[..., HttpResponse]


def limited(scope: str) -> Callable[[Page], Page]:
    """Let an address send a page's form only so often: the API's limit of the same scope."""

    def decorate(page: Page) -> Page:
        @wraps(page)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            slow = limit_answer(request, scope) if request.method == "POST" else None
            return slow or page(request, *args, **kwargs)

        return counted

    return decorate


def limit_answer(request: HttpRequest, scope: str) -> HttpResponse | None:
    """Count a request of this address; return the page for one too many, else None."""
    tenant = request.tenant  # type: ignore[attr-defined] # set by the middleware
    limit = limit_of(scope, is_sandbox=bool(tenant is not None and tenant.is_sandbox))
    verdict = count_request(scope, address_group(client_address(request)), limit)
    if verdict.allowed:
        return None
    answer = error_page(request, 429)
    wait = verdict.reset_at_seconds - int(system_now().timestamp())
    answer["Retry-After"] = str(max(1, wait))
    return answer


def safe_next(request: HttpRequest, fallback: str) -> str:
    """Return where to go after the log-in: an address of this server, never another's."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else fallback


def page(
    request: HttpRequest, name: str, values: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page of this app; pages about credentials are never stored by browsers."""
    answer = render(request, f"accounts/{name}.html", values, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def sent_picture(request: HttpRequest) -> bytes:
    """Return the picture that a form sent.

    Raises:
        InvalidInput: there is none.
    """
    form = AvatarForm(request.POST, request.FILES)
    if not form.is_valid():
        raise InvalidInput(gettext("Choose a file first."), field="picture")
    return form.content()


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


def relying_party(request: HttpRequest) -> RelyingParty:
    """Return who asks for a passkey at the address at hand: a host name of the company's.

    Raises:
        PasskeysNotHere: the company does not answer there, or it is a number: no browser keeps
            passkeys for those.
    """
    host = request.get_host()
    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    party = relying_party_at(host=name, origin=f"{request.scheme}://{host}")
    if party is None:
        raise PasskeysNotHere("Passkeys do not work at this address.")
    return party


def has_passkey(request: HttpRequest) -> bool:
    """Tell whether a form holds a browser's answer to a question for a passkey."""
    return bool(request.POST.get("credential"))


def passkey_answer(request: HttpRequest) -> PasskeyAnswer | None:
    """Return what the script of a page put into the form's hidden fields; None if nothing.

    Raises:
        PasskeyRefused: it is not what the script puts there.
    """
    if not has_passkey(request):
        return None
    text = request.POST["credential"]
    try:
        challenge_id = UUID(request.POST.get("challenge_id", ""))
        credential = json.loads(text) if len(text) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError):
        credential = None
    if not isinstance(credential, dict):
        raise PasskeyRefused
    return PasskeyAnswer(
        challenge_id=challenge_id, credential=credential, party=relying_party(request)
    )


def shown_factor(request: HttpRequest, form: forms.Form) -> dict[str, Any]:
    """Return the second factor that a form shows: a passkey, else the code."""
    if has_passkey(request):
        return {"passkey": passkey_answer(request)}
    return {"code": form.cleaned_data["code"]}


def shown_proof(request: HttpRequest) -> dict[str, Any]:
    """Return what a form shows once more: the password, and a code or a passkey."""
    return {
        "password": request.POST.get("password", ""),
        "code": request.POST.get("code", "")[:20],
        "passkey": passkey_answer(request),
    }


def qr_code(url: str) -> str:
    """Return the QR code of an authenticator's set-up as inline SVG."""
    drawn = segno.make(url, error="m").svg_inline(
        scale=5, border=2, dark="#111111", light="#ffffff", svgclass="qr", lineclass=None
    )
    return as_markup(drawn)
