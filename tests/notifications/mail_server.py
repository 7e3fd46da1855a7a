"""A mail server on loopback that answers as it is told, and keeps what it took."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.ports import free_port

START_SECONDS = 60.0


class Answers:
    """aiosmtpd's handler: says ``to_recipient`` and ``to_message``, or hangs up on the message."""

    def __init__(self) -> None:
        self.to_recipient = "250 OK"
        self.to_message = "250 OK: queued as 17"
        self.hangs_up = False
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks handlers up by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to a recipient."""
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
            self.recipients.append(address)
        return self.to_recipient

    async def handle_DATA(  # noqa: N802 - see above
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Answer to a message."""
        if self.hangs_up:
            server.transport.close()
        if self.to_message.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            message = message_from_bytes(content, policy=default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        return self.to_message


class MailServer:
    """The running server."""

    def __init__(self, answers: Answers, port: int) -> None:
        self.answers = answers
        self.host = "127.0.0.1"
        self.port = port

    @property
    def taken(self) -> list[EmailMessage]:
        """The messages that it took, in their order."""
        return self.answers.taken


class _Patient(Controller):
    """Its own first connection waits a second for the greeting, which a busy machine may need."""

    def _trigger_server(self) -> None:
        with socket.create_connection((self.hostname, self.port), START_SECONDS) as first:
            first.recv(1024)


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """Run a server inside the ``with`` block."""
    answers = Answers()
    controller = _Patient(
        answers, hostname="127.0.0.1", port=free_port(), ready_timeout=START_SECONDS
    )
    controller.start()
    try:
        yield MailServer(answers, controller.port)
    finally:
        controller.stop()
