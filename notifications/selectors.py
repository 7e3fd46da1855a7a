"""Reading mails."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from ispplatform.core.actors import Actor
from notifications.choices import MailState
from notifications.errors import MailNotFound
from notifications.models import Mail


def mails_for(actor: Actor) -> QuerySet[Mail, Any]:
    """Return the mails that the actor may see, newest first.

    Staff need ``mails:read``. A portal account sees what was written about its customer and left
    the house, without what holds a code or link.

    Raises:
        NotPermitted.
    """
    if actor.is_customer:
        return mails_of_customer(actor.customer_id).filter(has_secret=False, state=MailState.SENT)
    actor.require("mails:read")
    return Mail.objects.order_by("-created_at", "-id")


def mails_of_customer(customer_id: UUID | None) -> QuerySet[Mail, Any]:
    """Return the mails about a customer, newest first."""
    return Mail.objects.filter(customer_id=customer_id).order_by("-created_at", "-id")


def mail_by_id(mail_id: UUID, *, actor: Actor) -> Mail:
    """Return one mail.

    Raises:
        MailNotFound: no such mail, or none that the actor may see.
        NotPermitted.
    """
    mail = mails_for(actor).filter(pk=mail_id).first()
    if mail is None:
        raise MailNotFound("There is no such mail.")
    return mail
