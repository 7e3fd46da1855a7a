"""What becomes of mails."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ispplatform.core.events import Event


@dataclass(frozen=True, kw_only=True)
class MailSent(Event):
    """A mail server took the mail over; from then on it counts as told."""

    name: ClassVar[str] = "notifications.mail_sent"
    mail_id: UUID
    kind: str
    event_id: UUID | None
    customer_id: UUID | None
    to_email: str


@dataclass(frozen=True, kw_only=True)
class TrialMailRequested(Event):
    """Somebody wants to see that mails arrive."""

    name: ClassVar[str] = "notifications.test_mail_requested"
    to_email: str


@dataclass(frozen=True, kw_only=True)
class MailRefused(Event):
    """A mail server refused the mail for good."""

    name: ClassVar[str] = "notifications.mail_refused"
    mail_id: UUID
    kind: str
    event_id: UUID | None
    customer_id: UUID | None
    to_email: str
    answer: str
