"""Mails as they were sent, with the server's answer; they can be sent again."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.admin.base import ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import age_column, code_column, toned_column
from ispplatform.core.pages.statuses import Tone
from notifications.choices import MailState
from notifications.models import Mail
from notifications.services import RESEND, mail_send_again

TONES = {
    MailState.QUEUED: Tone.INFO,
    MailState.SENT: Tone.GOOD,
    MailState.REFUSED: Tone.BAD,
    MailState.DROPPED: Tone.QUIET,
}


def _again(actor: Actor, row: Mail, values: Mapping[str, Any]) -> str:
    mail = mail_send_again(actor=actor, mail_id=row.pk)
    return gettext("On its way to %(address)s again.") % {"address": mail.to_email}


@admin.register(Mail)
class MailAdmin(ReadOnlyTenantAdmin):
    """Everything that was written to customers and colleagues."""

    nothing_yet = _("Every mail that we send stands here as it was sent, with the server's answer.")
    permission_resource = "mails"
    since_fields: ClassVar[Mapping[str, str]] = {
        MailState.QUEUED: "created_at",
        MailState.SENT: "sent_at",
    }
    list_display = (
        "subject",
        "to_email",
        toned_column("state", TONES, label=_("state")),
        code_column("kind", label=_("kind")),
        age_column("created_at", label=_("written")),
    )
    list_filter = ("state", "kind")
    search_fields = ("=to_email", "=message_id")
    searched_by: ClassVar[Any] = {"customers": "customer_id"}
    searched_exactly = ("to_email", "message_id")
    ordering = ("-created_at",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("to_name", "to_email"),
                    ("from_name", "from_email"),
                    "server_answer",
                    ("created_at", "sent_at"),
                )
            },
        ),
    )
    acts = (
        Act(
            name="again",
            label=_("Send again"),
            permission=RESEND,
            run=_again,
            explanation=_("The same mail goes to the same address once more."),
            applies=lambda row: row.state != MailState.QUEUED,
            leads_to=lambda row: reverse("admin:notifications_mail_changelist"),
        ),
    )

    def title_of(self, row: Mail) -> str:
        return row.subject

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["row_foot"] = "notifications/admin/mail.html"
        return super().render_change_form(request, context, *args, **kwargs)
