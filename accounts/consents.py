"""What the pages of both sides share on which people agree that a program acts for them."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from accounts.rules.redirect_uris import origin_of
from accounts.selectors.oauth import scope_lines
from accounts.services.oauth_server import Asked, WishRefused, wish_deny, wish_grant, wish_read
from ispplatform.core.actors import Actor
from ispplatform.core.errors import NotPermitted
from ispplatform.core.pages.refusals import refusal_of


def consent_answer(request: Any) -> HttpResponse | tuple[dict[str, Any], int]:
    """Return where the browser goes, or what the page shows and its status."""
    try:
        asked = wish_read(request.META.get("QUERY_STRING", ""), tenant=request.tenant)
    except WishRefused as refused:
        if refused.redirect_to:
            return _sent(refused.redirect_to)
        return {"refused": refused.reason}, 400
    entry = request.session_entry
    if entry.kind != asked.client.side:
        return {"refused": _("This program is not for this log-in.")}, 400
    lines = _lines(asked, request.actor)
    if request.method == "POST":
        if request.POST.get("decision") != "allow" or not any(may for *_rest, may in lines):
            return _sent(wish_deny(asked))
        try:
            return _sent(wish_grant(asked, entry=entry))
        except NotPermitted as error:
            return {"refused": refusal_of(error).text}, 403
    return {
        "asked": asked,
        "integration": asked.client.integration.name,
        "purpose": asked.client.integration.purpose,
        "goes_to": origin_of(asked.redirect_uri),
        "granted": [words for _code, words, may in lines if may],
        "withheld": [words for _code, words, may in lines if not may],
        "who": entry.full_name or entry.email,
    }, 200


def _lines(asked: Asked, actor: Actor) -> list[tuple[str, str, bool]]:
    return [(code, words, actor.can(code)) for code, words in scope_lines(list(asked.scopes))]


def _sent(url: str) -> HttpResponse:
    """Send the browser to a client's address, which was compared letter by letter before."""
    answer = HttpResponseRedirect(url)
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def with_way_back(answer: HttpResponse, values: dict[str, Any]) -> HttpResponse:
    """Let the page's form end at the client's address: browsers hold redirects to the policy."""
    if "goes_to" in values:
        answer._csp_update = {"form-action": [values["goes_to"]]}  # type: ignore[attr-defined]
    return answer
