"""The language that the REST interface answers in: customers' their own, everybody else's English.

Source: RFC 9110 s. 12.5.4, for what ``Accept-Language`` asks for.
"""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from ispplatform.core.pages.statuses import read_by

PORTAL_PATH = "/api/portal/"
ENGLISH = "en"


def speak_to_caller(request: HttpRequest) -> None:
    """Activate the language of whoever calls, and whose words statuses have, for this request.

    On the customers' interface: what ``Accept-Language`` names, else what the person chose, else
    the company's. The staff interface speaks English.
    """
    translation.activate(_language_for(request))
    read_by("customer" if request.path_info.startswith(PORTAL_PATH) else "staff")


def _language_for(request: HttpRequest) -> str:
    if not request.path_info.startswith(PORTAL_PATH):
        return ENGLISH
    tenant = getattr(request, "tenant", None)
    chosen = getattr(request, "visitor_language", "")
    for wanted in (_asked_for(request), chosen, getattr(tenant, "language", "")):
        if wanted in dict(settings.LANGUAGES):
            return str(wanted)
    return ENGLISH


def _asked_for(request: HttpRequest) -> str:
    """Return the first language of the header that is spoken here; empty when there is none."""
    header = request.headers.get("Accept-Language", "")
    for name, weight in parse_accept_lang_header(header):
        if weight and name.partition("-")[0] in dict(settings.LANGUAGES):
            return name.partition("-")[0]
    return ""
