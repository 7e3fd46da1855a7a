"""Sending a mail, as the kernel's engine carries it out."""

from uuid import UUID

from django.conf import settings

from ispplatform.core.backoff import Backoff
from ispplatform.core.clock import monotonic_seconds, system_now
from ispplatform.core.errors import ProviderError, ProviderRejected
from ispplatform.core.events import publish
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations import Guarantee, OperationCall, OperationKind, Receipt
from ispplatform.core.subjects import subject_of
from notifications.choices import MailState
from notifications.events import MailRefused, MailSent
from notifications.messages import envelope_address, message_bytes
from notifications.models import Mail
from notifications.providers.smtp import SmtpServer, smtp_send
from notifications.services import SEND, mail_as_sent
from notifications.slots import AttachedFile, attachment_sources

ANSWER_CHARACTERS = 500


def mail_server() -> SmtpServer:
    """Return the installation's mail server."""
    return SmtpServer(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT,
        use_tls=settings.EMAIL_USE_TLS,
        user=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
    )


class SendMail(OperationKind):
    """Hand one mail to the mail server; a repetition carries the same Message-ID."""

    name = SEND
    label = "Send mail"
    guarantee = Guarantee.AT_LEAST_ONCE
    call_deadline_seconds = 60.0
    lease_seconds = 150.0
    backoff = Backoff(first_seconds=15, factor=3, cap_seconds=7200)
    max_attempts = 12  # about a day
    is_urgent = False

    def call(self, call: OperationCall) -> Receipt:
        mail = _mail(call.operation.subject_id)
        rendered = mail_as_sent(mail)
        if rendered is None:
            raise ProviderRejected("Its code or link cannot be used any more.")
        content = message_bytes(mail, rendered, files=_files(mail), at=mail.created_at)
        began = monotonic_seconds()
        answer, error = "", ""
        try:
            answer = smtp_send(
                mail_server(),
                sender=envelope_address(mail.from_email),
                recipient=envelope_address(mail.to_email),
                content=content,
                deadline=call.deadline,
            )
        except ProviderError as exc:
            error = exc.message
            raise
        finally:
            call.recorder.note(
                "SMTP",
                request={
                    "from": mail.from_email,
                    "to": mail.to_email,
                    "message_id": mail.message_id,
                    "size_bytes": len(content),
                },
                answer={"said": answer} if answer else None,
                error=error,
                duration_ms=int((monotonic_seconds() - began) * 1000),
            )
        return Receipt(reference=mail.message_id, data={"answer": answer[:ANSWER_CHARACTERS]})

    def is_still_wanted(self, operation: Operation) -> bool:
        mail = _mail(operation.subject_id)
        return mail.state == MailState.QUEUED and mail_as_sent(mail) is not None

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        mail = _mail(operation.subject_id)
        mail.state, mail.sent_at = MailState.SENT, system_now()
        mail.server_answer = str(receipt.data.get("answer", ""))[:ANSWER_CHARACTERS]
        mail.save(update_fields=["state", "sent_at", "server_answer"])
        publish(
            MailSent(
                mail_id=mail.pk,
                kind=mail.kind,
                event_id=mail.event_id,
                customer_id=mail.customer_id,
                to_email=mail.to_email,
            ),
            subject=subject_of(mail),
            customer_id=mail.customer_id,
        )

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        mail = _mail(operation.subject_id)
        mail.state, mail.server_answer = MailState.REFUSED, error.message[:ANSWER_CHARACTERS]
        mail.save(update_fields=["state", "server_answer"])
        publish(
            MailRefused(
                mail_id=mail.pk,
                kind=mail.kind,
                event_id=mail.event_id,
                customer_id=mail.customer_id,
                to_email=mail.to_email,
                answer=mail.server_answer,
            ),
            subject=subject_of(mail),
            customer_id=mail.customer_id,
        )

    def cancelled(self, operation: Operation) -> None:
        Mail.objects.filter(pk=operation.subject_id, state=MailState.QUEUED).update(
            state=MailState.DROPPED
        )

    def restarted(self, operation: Operation) -> None:
        Mail.objects.filter(pk=operation.subject_id).update(
            state=MailState.QUEUED, server_answer=""
        )


def _mail(mail_id: UUID) -> Mail:
    return Mail.objects.get(pk=mail_id)


def _files(mail: Mail) -> list[AttachedFile]:
    files = []
    for one in mail.attachments:
        source = attachment_sources.get(one["source"])
        if source is None:
            raise ProviderRejected(f"This release has no attachments of {one['source']}.")
        files.append(source.load(UUID(one["id"])))
    return files
