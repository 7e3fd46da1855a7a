"""Mail domains and mailboxes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hosting.choices import MailboxStatus
from hosting.models import Mailbox, MailDomain
from hosting.services.mailboxes import mailbox_create, mailbox_delete
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import ReadOnlyInline, ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import status_column

Values = Mapping[str, Any]
LIVE = (MailboxStatus.ACTIVE, MailboxStatus.SUSPENDED, MailboxStatus.PENDING)


class MailboxForm(forms.Form):
    """Asks for a mailbox."""

    local_part = forms.CharField(label=_("Name before the @"), max_length=64)
    quota_mb = forms.IntegerField(label=_("Size in MB"), required=False, min_value=1)


def _create(actor: Actor, row: MailDomain, values: Values) -> str:
    mailbox = mailbox_create(actor=actor, mail_domain=row, **values)
    return gettext("%(address)s is being created.") % {"address": mailbox.address}


def _delete(actor: Actor, row: Mailbox, values: Values) -> str:
    mailbox_delete(actor=actor, mailbox=row, reason=values["reason"])
    return gettext("The mailbox is being deleted.")


class MailboxInline(ReadOnlyInline):
    """The mailboxes of a domain."""

    model = Mailbox
    fields = ("address", "status", "quota_mb")
    readonly_fields = fields
    ordering = ("address",)
    show_change_link = True


@admin.register(MailDomain)
class MailDomainAdmin(ReadOnlyTenantAdmin):
    """Names under which mailboxes can be made."""

    nothing_yet = _("Domains that can have mailboxes stand here; a hosting plan brings them.")
    permission_resource = "mailboxes"
    acts = (
        Act(
            name="mailbox",
            label=_("New mailbox"),
            permission="mailboxes:create",
            run=_create,
            form=MailboxForm,
            tone="main",
        ),
    )
    inlines = (MailboxInline,)
    list_display = ("unicode_name", "customer", "account")
    list_select_related = ("customer", "account")
    search_fields = ("name", "unicode_name")
    searched_by: ClassVar[Any] = {"hosting": "account_id"}
    ordering = ("-id",)


@admin.register(Mailbox)
class MailboxAdmin(ReadOnlyTenantAdmin):
    """Mailboxes. Passwords are set where they can be shown once: in the portal and the API."""

    nothing_yet = _("Mailboxes stand here, whoever made them: an order, the customer or you.")
    permission_resource = "mailboxes"
    acts = (
        Act(
            name="delete",
            label=_("Delete"),
            permission="mailboxes:delete",
            run=_delete,
            form=ReasonForm,
            explanation=_("All its mail is deleted with it. Nobody can bring it back."),
            tone="danger",
            applies=lambda row: row.status in LIVE,
        ),
    )
    list_display = (
        "address",
        status_column("status", "hosting.mailbox", label=_("status")),
        "quota_mb",
        "mail_domain",
    )
    list_filter = ("status",)
    list_select_related = ("mail_domain",)
    search_fields = ("address",)
    searched_by: ClassVar[Any] = {"mailboxes": "pk", "hosting": "mail_domain__account_id"}
    ordering = ("-id",)
