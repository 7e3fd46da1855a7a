"""A customer's mailboxes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hosting.choices import LIVE_MAILBOX_STATUSES
from hosting.errors import MailboxNotFound
from hosting.models import Mailbox
from hosting.portal.forms import MailboxForm, PasswordForm, QuotaForm
from hosting.selectors.mail import mail_domains_for, mailbox_by_id, mailboxes_for
from hosting.services.mailboxes import mailbox_create, mailbox_delete, mailbox_set_quota
from hosting.services.passwords import mailbox_set_password
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.access import customer_page
from ispplatform.core.pages.refusals import tell_refusal

PAGE_ROWS = 20


@require_http_methods(["GET", "POST"])
@customer_page("mailboxes:read")
def mailbox_list(request: Any) -> HttpResponse:
    """Show the customer's mailboxes, and make one."""
    domains = mail_domains_for(request.actor).filter(account__status__in=["active", "pending"])
    form = MailboxForm(request.POST or None, mail_domains=domains)
    if request.method == "POST" and form.is_valid():
        made = _made(request, form)
        if made is not None:
            return made
    rows = mailboxes_for(request.actor).filter(status__in=LIVE_MAILBOX_STATUSES)
    page = Paginator(rows.select_related("mail_domain"), PAGE_ROWS)
    context = {
        "page": page.get_page(request.GET.get("page")),
        "form": form,
        "has_domains": domains.exists(),
    }
    return render(request, "hosting/mailboxes.html", context)


def _made(request: Any, form: MailboxForm) -> HttpResponse | None:
    values = form.cleaned_data
    try:
        with transaction.atomic():
            mailbox = mailbox_create(
                actor=request.actor,
                mail_domain=values["mail_domain"],
                local_part=values["local_part"],
                quota_mb=values["quota_mb"],
            )
            password = mailbox_set_password(actor=request.actor, mailbox=mailbox)
    except PlatformError as error:
        form.refuse(error)
        return None
    return _page(request, mailbox.pk, password=password)


@require_GET
@customer_page("mailboxes:read")
def mailbox_page(request: Any, mailbox_id: UUID) -> HttpResponse:
    """Show one mailbox with what a mail program asks for."""
    return _page(request, mailbox_id)


@require_GET
@customer_page("mailboxes:read")
def mailbox_live(request: Any, mailbox_id: UUID) -> HttpResponse:
    """Show the part of a mailbox's page that changes by itself."""
    mailbox = _mailbox_or_404(mailbox_id, request.actor)
    return render(request, "hosting/mailbox_live.html", {"mailbox": mailbox})


@require_POST
@customer_page("mailboxes:update")
def mailbox_password(request: Any, mailbox_id: UUID) -> HttpResponse:
    """Set the mailbox's password; a random one is shown once."""
    mailbox = _mailbox_or_404(mailbox_id, request.actor)
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return _page(request, mailbox.pk, password_form=form)
    chosen = form.cleaned_data["password"]
    try:
        new = mailbox_set_password(actor=request.actor, mailbox=mailbox, password=chosen)
    except PlatformError as error:
        form.refuse(error)
        return _page(request, mailbox.pk, password_form=form)
    if chosen:
        messages.success(request, _("The server is being told the new password."))
        return redirect("hosting:mailbox", mailbox_id=mailbox.pk)
    return _page(request, mailbox.pk, password=new)


@require_POST
@customer_page("mailboxes:update")
def mailbox_quota(request: Any, mailbox_id: UUID) -> HttpResponse:
    """Give the mailbox another size."""
    mailbox = _mailbox_or_404(mailbox_id, request.actor)
    form = QuotaForm(request.POST)
    if form.is_valid():
        try:
            mailbox_set_quota(
                actor=request.actor, mailbox=mailbox, quota_mb=form.cleaned_data["quota_mb"]
            )
        except PlatformError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The server is being told the new size."))
            return redirect("hosting:mailbox", mailbox_id=mailbox.pk)
    return _page(request, mailbox.pk, quota_form=form)


@require_POST
@customer_page("mailboxes:delete")
def mailbox_remove(request: Any, mailbox_id: UUID) -> HttpResponse:
    """Delete a mailbox with its mail."""
    mailbox = _mailbox_or_404(mailbox_id, request.actor)
    try:
        mailbox_delete(actor=request.actor, mailbox=mailbox)
    except PlatformError as error:
        tell_refusal(request, error)
        return redirect("hosting:mailbox", mailbox_id=mailbox.pk)
    messages.success(request, _("The mailbox is being deleted."))
    return redirect("hosting:mailboxes")


def _page(
    request: Any,
    mailbox_id: UUID,
    *,
    password: str = "",
    password_form: PasswordForm | None = None,
    quota_form: QuotaForm | None = None,
) -> HttpResponse:
    mailbox = _mailbox_or_404(mailbox_id, request.actor)
    answer = render(
        request,
        "hosting/mailbox.html",
        {
            "mailbox": mailbox,
            "server": mailbox.mail_domain.account.server,
            "password": password,
            "password_form": password_form or PasswordForm(),
            "quota_form": quota_form or QuotaForm(initial={"quota_mb": mailbox.quota_mb}),
        },
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _mailbox_or_404(mailbox_id: UUID, actor: Actor) -> Mailbox:
    try:
        return mailbox_by_id(mailbox_id, actor=actor)
    except MailboxNotFound as error:
        raise Http404(error.message) from error
