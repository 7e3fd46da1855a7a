"""Writing mails and sending them again. What leaves the house is the engine's work."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.audit.digests import plain
from ispplatform.core.events import DeliveredEvent
from ispplatform.core.ids import uuid7
from ispplatform.core.models import Tenant
from ispplatform.core.operations import operation_start
from ispplatform.core.pages.mails import RenderedMail, mail_render
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id
from notifications.choices import MailState
from notifications.errors import MailNotFound, MailNotRepeatable
from notifications.models import Mail
from notifications.preferences import REPLY_TO, SENDER_EMAIL, SENDER_NAME
from notifications.slots import MailDraft, MailKind, mail_kinds

SEND = "notifications.mail"
WRITER = Actor.system("notifications")
RESEND = "mails:send"


def mails_write(*, kind: MailKind, event: DeliveredEvent) -> list[Mail]:
    """Write the mails that an event asks for, and start sending them; once per event and address.

    Runs in the transaction that delivers the event. A mail that was written for this event before
    is left alone.
    """
    written = []
    tenant = tenant_by_id(current_tenant_id())
    with transaction.atomic():
        for draft in kind.drafts(event):
            if not _is_written(kind, event.id, draft.to.email):
                mail = _draft_write(kind, draft, tenant=tenant, event=event)
                _start(mail)
                written.append(mail)
    return written


def mail_send_again(*, actor: Actor, mail_id: UUID) -> Mail:
    """Send a mail once more, as a mail of its own, to the same address.

    Raises:
        NotPermitted, MailNotFound.
        MailNotRepeatable: its code or link cannot be used any more.
    """
    actor.require(RESEND)
    with transaction.atomic():
        first = Mail.objects.filter(pk=mail_id).first()
        if first is None:
            raise MailNotFound("There is no such mail.")
        if first.has_secret and mail_secrets(first) is None:
            raise MailNotRepeatable(
                "Its code or link cannot be used any more: a new one has to be asked for."
            )
        copied = (field.attname for field in Mail._meta.concrete_fields)
        again = Mail(**{name: getattr(first, name) for name in copied})
        again.pk = again.id = uuid7()
        again.repeat_of = first.repeat_of or first
        again.state, again.server_answer, again.sent_at = MailState.QUEUED, "", None
        again.message_id = message_id_for(again.pk, again.from_email)
        again._state.adding = True
        again.save(force_insert=True)
        _start(again, actor=actor)
        audit(
            "notifications.mail_send_again",
            actor=actor,
            subject=subject_of(again),
            after={"subject": again.subject, "to": again.to_email},
            customer_id=again.customer_id,
        )
    return again


def mail_secrets(mail: Mail) -> Mapping[str, Any] | None:
    """Return the covered values of a mail anew; None when they cannot be used any more."""
    kind = mail_kinds.get(mail.kind)
    if kind is None or kind.secrets is None:
        return None
    return kind.secrets(mail.values)


def mail_as_sent(mail: Mail) -> RenderedMail | None:
    """Return subject, text and HTML with which the mail leaves, its secret uncovered.

    Returns:
        None when its secret cannot be used any more, so that it must not be sent.
    """
    if not mail.has_secret:
        return RenderedMail(subject=mail.subject, text=mail.text, html=mail.html)
    secrets = mail_secrets(mail)
    kind = mail_kinds.get(mail.kind)
    if secrets is None or kind is None:
        return None
    return mail_render(
        kind.template,
        {"name": mail.to_name, **mail.values, **secrets},
        tenant=tenant_by_id(mail.tenant_id),
        language=mail.language,
        time_zone=mail.time_zone,
    )


def sender_of(tenant: Tenant) -> tuple[str, str]:
    """Return (name, address) that a company's mails come from."""
    host = urlsplit(tenant.base_url).hostname or "localhost"
    address = SENDER_EMAIL.of(tenant) or tenant.contact_email or f"office@{host}"
    return SENDER_NAME.of(tenant) or tenant.name, address


def message_id_for(mail_id: UUID, from_email: str) -> str:
    """Return the Message-ID by which a receiver knows a repeated mail again."""
    return f"<{mail_id}@{from_email.rpartition('@')[2]}>"


def _is_written(kind: MailKind, event_id: UUID, address: str) -> bool:
    rows = Mail.objects.filter(event_id=event_id, kind=kind.key, to_email=address)
    return rows.exists()


def _draft_write(
    kind: MailKind, draft: MailDraft, *, tenant: Tenant, event: DeliveredEvent
) -> Mail:
    language = draft.to.language or tenant.language
    rendered = mail_render(
        kind.template,
        {"name": draft.to.name, **draft.values},
        tenant=tenant,
        language=language,
        time_zone=draft.to.time_zone,
    )
    sender_name, sender = sender_of(tenant)
    mail_id = uuid7()
    return Mail.objects.create(
        id=mail_id,
        kind=kind.key,
        event_id=event.id,
        customer_id=None if kind.is_internal else event.customer_id,
        from_email=sender,
        from_name=sender_name[:120],
        reply_to=REPLY_TO.of(tenant),
        to_email=draft.to.email,
        to_name=draft.to.name[:254],
        language=language,
        time_zone=draft.to.time_zone,
        subject=rendered.subject[:300],
        text=rendered.text,
        html=rendered.html,
        message_id=message_id_for(mail_id, sender),
        has_secret=kind.secrets is not None,
        values=plain(draft.values) if kind.secrets is not None else {},
        attachments=[{"source": one.source, "id": str(one.id)} for one in draft.attachments],
    )


def _start(mail: Mail, *, actor: Actor = WRITER) -> None:
    operation_start(
        kind=SEND,
        key=str(mail.pk),
        subject=subject_of(mail),
        actor=actor,
        customer_id=mail.customer_id,
    )
