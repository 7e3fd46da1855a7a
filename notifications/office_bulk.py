"""Mails in bulk: send them again, no faster than the company's mail server likes."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.bulk import BULK_ACTS, BulkAct, Done, Terms
from ispplatform.core.bulk.acts import Reasons, Rows
from notifications.choices import MailState
from notifications.models import Mail
from notifications.preferences import BULK_MAILS_A_MINUTE
from notifications.services import RESEND, mail_secrets, mail_send_again


def _refusals(rows: Rows, terms: Terms) -> Reasons:
    return {row.pk: reason for row in rows if (reason := _refusal(row))}


def _refusal(row: Mail) -> str:
    if row.state == MailState.QUEUED:
        return gettext("It is on its way.")
    if row.has_secret and mail_secrets(row) is None:
        return gettext("Its code or link cannot be used any more.")
    return ""


def _again(actor: Actor, row: Mail, terms: Terms) -> Done:
    mail = mail_send_again(actor=actor, mail_id=row.pk)
    return Done(sentence=gettext("On its way to %(address)s again.") % {"address": mail.to_email})


BULK_ACTS.fill(
    BulkAct(
        name="notifications.mails_send",
        model="notifications.mail",
        label=_("Send again"),
        permission=RESEND,
        see="mails:read",
        run=_again,
        refusals=_refusals,
        name_of=lambda row: f"{row.subject} ({row.to_email})",
        a_minute=BULK_MAILS_A_MINUTE,
        explanation=_(
            "The same mails go to the same addresses, so many a minute as the settings allow. A "
            "mail cannot be taken back."
        ),
    )
)
