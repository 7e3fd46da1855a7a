"""Questions for passkeys, as JSON for the script of a page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from accounts.choices import PasskeyPurpose
from accounts.models import User
from accounts.pages import relying_party
from accounts.services.passkeys import PasskeyQuestion, passkey_ask
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.refusals import refusal_of
from ispplatform.core.tenancy.context import tenant_context


def question_shown(question: PasskeyQuestion) -> HttpResponse:
    """Return a question for the script of the page."""
    answer = JsonResponse(
        {"challenge_id": str(question.challenge_id), "options": dict(question.options)}
    )
    answer["Cache-Control"] = "no-store"
    return answer


def question_refused(error: PlatformError) -> HttpResponse:
    """Return why there is no question, in the reader's language."""
    return JsonResponse({"message": refusal_of(error).text}, status=error.http_status)


def session_question(request: HttpRequest) -> HttpResponse:
    """Ask for a passkey as the second factor of the session at hand, half open or open."""
    entry: Any = request.half_open_entry or request.session_entry
    if entry is None:
        return JsonResponse({"message": _("Log in first.")}, status=400)
    try:
        with tenant_context(entry.tenant_id):
            question = passkey_ask(
                purpose=PasskeyPurpose.FACTOR,
                party=relying_party(request),
                user=User.objects.get(pk=entry.user_id),
                session_id=entry.session_id,
            )
    except PlatformError as error:
        return question_refused(error)
    return question_shown(question)
