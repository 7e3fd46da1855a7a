"""The pages on which a customer's people look after each other's log-ins."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.choices import PortalAccountStatus
from accounts.forms import AreasForm, InviteForm
from accounts.models import PortalAccount
from accounts.pages import limited, page
from accounts.rules.people_areas import WORDS, areas_of_grants
from accounts.selectors.people import people_of
from accounts.services.people import (
    MANAGE,
    person_invite,
    person_invite_again,
    person_set_areas,
    person_set_status,
)
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.access import customer_page
from ispplatform.core.pages.refusals import refuse_form, tell_refusal


@limited("portal_auth")
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page(MANAGE)
def people(request: HttpRequest) -> HttpResponse:
    """Show who acts for the customer, and invite somebody."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            person_invite(
                actor=request.actor,
                tenant=request.tenant,
                language=(get_language() or "en")[:2],
                **form.cleaned_data,
            )
        except PlatformError as error:
            refuse_form(form, error)
        else:
            messages.success(request, _("Invited. A mail with a link is on its way."))
            return _back()
    own = request.actor.id
    lines = [
        {
            "row": row,
            "words": [WORDS[area] for area in areas_of_grants(row.grants)],
            "is_own": str(row.pk) == own,
        }
        for row in people_of(request.actor.customer_id)
    ]
    return page(request, "people", {"lines": lines, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page(MANAGE)
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Choose what a colleague may do."""
    row = _row(request, person_id)
    sent = request.POST if request.method == "POST" else None  # no box ticked is an answer too
    form = AreasForm(sent, initial={"areas": areas_of_grants(row.grants)})
    if request.method == "POST" and form.is_valid():
        try:
            person_set_areas(actor=request.actor, account_id=row.pk, **form.cleaned_data)
        except PlatformError as error:
            refuse_form(form, error)
        else:
            messages.success(request, _("Saved. It counts from the next click on."))
            return _back()
    return page(request, "person", {"row": row, "form": form})


@require_POST
@customer_page(MANAGE)
def person_status(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Shut a colleague out, or let them in again."""
    row = _row(request, person_id)
    is_open = row.status == PortalAccountStatus.DISABLED
    try:
        person_set_status(actor=request.actor, account_id=row.pk, is_open=is_open)
    except PlatformError as error:
        tell_refusal(request, error)
    else:
        done = _("They may log in again.") if is_open else _("Shut out, everywhere and at once.")
        messages.success(request, done)
    return _back()


@require_POST
@limited("portal_auth")
@customer_page(MANAGE)
def person_again(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Mail an invitation once more."""
    row = _row(request, person_id)
    try:
        person_invite_again(actor=request.actor, tenant=request.tenant, account_id=row.pk)
    except PlatformError as error:
        tell_refusal(request, error)
    else:
        messages.success(request, _("The mail is on its way once more."))
    return _back()


def _row(request: HttpRequest, person_id: UUID) -> PortalAccount:
    row = people_of(request.actor.customer_id).filter(pk=person_id).first()
    if row is None:
        raise Http404
    return row


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("accounts:people"))
