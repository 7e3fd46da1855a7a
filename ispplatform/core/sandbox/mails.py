"""The mails that the embedded mail catcher keeps, one file each, as people read them.

A mail that names its company in the header ``X-Company`` is shown to that company only. One that
names none is shown while the installation has a single company.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default as mail_policy
from pathlib import Path

from django.conf import settings

from ispplatform.core.errors import NotFound
from ispplatform.core.models.tenants import Tenant

COMPANY_HEADER = "X-Company"  # holds the tenant's id
HEADER_BYTES = 16_384
_NAME = re.compile(r"(\d{8}T\d{6}\.\d{6})Z-[0-9a-f]{8}\.eml")


@dataclass(frozen=True, kw_only=True, slots=True)
class CaughtMail:
    """One mail in the list.

    Args:
        name: of its file; the mail's address.
        caught_at: real time of receipt.
        to: whom the server was told to bring it to.
    """

    name: str
    caught_at: datetime
    subject: str
    sender: str
    to: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedMail:
    """A whole mail; ``html`` is empty for one that is plain text only.

    Args:
        headers: all of them, in the order of the file.
        attachments: name and size in bytes of each.
    """

    mail: CaughtMail
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[tuple[str, int], ...]


def mails_caught(tenant: Tenant, *, limit: int = 50) -> list[CaughtMail]:
    """Return the tenant's newest mails, newest first."""
    found = []
    is_only = _is_only_company()
    for path in _files():
        with path.open("rb") as file:
            head = BytesHeaderParser(policy=mail_policy).parsebytes(file.read(HEADER_BYTES))
        if _belongs(head, tenant, is_only=is_only):
            found.append(_summary(path.name, head))
            if len(found) == limit:
                break
    return found


def mail_opened(tenant: Tenant, name: str) -> OpenedMail:
    """Return one of the tenant's mails.

    Raises:
        NotFound: there is none of this name, or it is another company's.
    """
    message = _message(tenant, name)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return OpenedMail(
        mail=_summary(name, message),
        headers=tuple((key, str(value)) for key, value in message.items()),
        text=_content(text),
        html=_content(html),
        attachments=tuple(
            (part.get_filename() or "attachment", len(part.get_payload(decode=True) or b""))
            for part in message.iter_attachments()
        ),
    )


def mail_attachment(tenant: Tenant, name: str, number: int) -> tuple[str, str, bytes]:
    """Return file name, content type and content of a mail's attachment, counted from 0.

    Raises:
        NotFound: the mail or the attachment does not exist.
    """
    parts = list(_message(tenant, name).iter_attachments())
    if not 0 <= number < len(parts):
        raise NotFound("There is no such attachment.")
    part = parts[number]
    content = part.get_payload(decode=True)
    name = part.get_filename() or "attachment"
    return name, part.get_content_type(), content if isinstance(content, bytes) else b""


def mails_are_caught() -> bool:
    """Tell whether mails stay on this machine, in the catcher's directory."""
    return settings.EMAIL_HOST in {"127.0.0.1", "localhost"} and _directory().is_dir()


def _directory() -> Path:
    return Path(settings.MAIL_CATCHER_DIR)


def _files() -> Iterator[Path]:
    """Yield the files of mails, newest first: their names begin with the time."""
    if not _directory().is_dir():
        return
    names = (path.name for path in _directory().iterdir())
    for name in sorted(filter(_NAME.fullmatch, names), reverse=True):
        yield _directory() / name


def _message(tenant: Tenant, name: str) -> EmailMessage:
    path = _directory() / name
    if not _NAME.fullmatch(name) or not path.is_file():
        raise NotFound("There is no such mail.")
    message = message_from_bytes(path.read_bytes(), policy=mail_policy)
    if not isinstance(message, EmailMessage) or not _belongs(
        message, tenant, is_only=_is_only_company()
    ):
        raise NotFound("There is no such mail.")
    return message


def _is_only_company() -> bool:
    return Tenant.objects.count() == 1


def _belongs(message: EmailMessage, tenant: Tenant, *, is_only: bool) -> bool:
    company = message[COMPANY_HEADER]
    return is_only if company is None else str(company).strip() == str(tenant.pk)


def _summary(name: str, message: EmailMessage) -> CaughtMail:
    match = _NAME.fullmatch(name)
    stamp = match.group(1) if match else "19700101T000000.000000"
    recipients = message.get_all("X-Envelope-To") or [message["To"] or ""]
    return CaughtMail(
        name=name,
        caught_at=datetime.strptime(stamp, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC),
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=", ".join(str(one) for one in recipients),
    )


def _content(part: object) -> str:
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""
