"""A mail as bytes on the wire."""

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from ispplatform.core.errors import ProviderRejected
from ispplatform.core.pages.mails import RenderedMail
from ispplatform.core.sandbox.mails import COMPANY_HEADER
from notifications.models import Mail
from notifications.slots import AttachedFile


def message_bytes(
    mail: Mail,
    rendered: RenderedMail,
    *,
    files: Sequence[AttachedFile],
    at: datetime,
) -> bytes:
    """Return the message with its headers: plain text, HTML, attachments.

    The same mail has the same Message-ID in every attempt, so that a receiver knows a repetition.

    Raises:
        ProviderRejected: an address cannot be written into a header.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(mail.from_name, mail.from_email)
    message["To"] = _address(mail.to_name, mail.to_email)
    if mail.reply_to:
        message["Reply-To"] = _address("", mail.reply_to)
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message[COMPANY_HEADER] = str(mail.tenant_id)
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    for file in files:
        kind, _, subtype = file.content_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
    return message.as_bytes()


def envelope_address(address: str) -> str:
    """Return an address as the envelope carries it: its host in ASCII.

    Raises:
        ProviderRejected: it cannot be one.
    """
    mailbox, at, host = address.rpartition("@")
    try:
        return f"{mailbox}{at}{host.encode('idna').decode('ascii')}"
    except UnicodeError as exc:
        raise ProviderRejected(f"{address} is no address that mail can be sent to.") from exc


def _address(name: str, address: str) -> Address:
    mailbox, _, host = envelope_address(address).rpartition("@")
    shown = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    try:
        return Address(display_name=shown, username=mailbox, domain=host)
    except (ValueError, IndexError) as exc:
        raise ProviderRejected(f"{address} is no address that mail can be sent to.") from exc
