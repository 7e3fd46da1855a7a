"""The mails that a customer was sent, as they were sent."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ispplatform.core.pages.access import customer_page
from notifications.errors import MailNotFound
from notifications.selectors import mail_by_id, mails_for

PAGE_ROWS = 20
READ = "own_mails:read"


@require_GET
@customer_page(READ)
def mail_list(request: Any) -> HttpResponse:
    """Show what was mailed, newest first."""
    page = Paginator(mails_for(request.actor), PAGE_ROWS).get_page(request.GET.get("page"))
    return render(request, "notifications/mails.html", {"page": page})


@require_GET
@customer_page(READ)
def mail_page(request: Any, mail_id: UUID) -> HttpResponse:
    """Show one mail."""
    try:
        mail = mail_by_id(mail_id, actor=request.actor)
    except MailNotFound as error:
        raise Http404(error.message) from error
    return render(request, "notifications/mail.html", {"mail": mail})
