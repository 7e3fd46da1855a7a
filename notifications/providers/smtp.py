"""Handing a message to a mail server by SMTP, with an honest account of what became of it."""

import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass

from ispplatform.core.errors import (
    ProviderError,
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.http import Deadline

_PERMANENT = range(500, 600)


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpServer:
    """How to reach the mail server.

    Args:
        use_tls: begins in the clear and switches to TLS before anything is said.
        user: empty: no log-in.
    """

    host: str
    port: int
    use_tls: bool = False
    user: str = ""
    password: str = ""


def smtp_send(
    server: SmtpServer, *, sender: str, recipient: str, content: bytes, deadline: Deadline
) -> str:
    """Hand a message over and return the server's answer.

    Raises:
        ProviderUnavailable: the server took nothing: not reached, busy, or the log-in failed.
        ProviderRejected: the server refused address or message for good.
        ProviderOutcomeUnknown: the connection broke while the message was on its way.
    """
    try:
        connection = smtplib.SMTP(timeout=_seconds(deadline))
        connection.connect(server.host, server.port)
    except (OSError, smtplib.SMTPException) as exc:
        raise ProviderUnavailable(f"The mail server cannot be reached: {exc}.") from exc
    with closing(connection):
        _envelope(connection, server, sender, recipient, deadline)
        answer = _message(connection, content, deadline)
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()
    return answer


def _envelope(
    connection: smtplib.SMTP, server: SmtpServer, sender: str, recipient: str, deadline: Deadline
) -> None:
    """Introduce ourselves and say from whom to whom; nothing of the message has left yet."""
    try:
        connection.ehlo_or_helo_if_needed()
        if server.use_tls:
            connection.starttls(context=ssl.create_default_context())
            connection.ehlo()
        if server.user:
            connection.login(server.user, server.password)
        _patience(connection, deadline)
        options = ["SMTPUTF8"] if not f"{sender}{recipient}".isascii() else []
        if options and not connection.has_extn("smtputf8"):
            raise ProviderRejected(f"The mail server cannot write to {recipient}.")
        for code, said in (connection.mail(sender, options), connection.rcpt(recipient)):
            if code not in (250, 251):
                raise _refusal(code, said)
    except (OSError, smtplib.SMTPException) as exc:
        raise ProviderUnavailable(f"The mail server took nothing: {exc}.") from exc


def _message(connection: smtplib.SMTP, content: bytes, deadline: Deadline) -> str:
    _patience(connection, deadline)
    try:
        code, said = connection.data(content)
    except smtplib.SMTPDataError as exc:  # refused before the message was sent
        raise _refusal(exc.smtp_code, exc.smtp_error) from exc
    except (OSError, smtplib.SMTPException) as exc:
        raise ProviderOutcomeUnknown(f"The mail server broke off: {exc}.") from exc
    if code != 250:
        raise _refusal(code, said)
    return _text(code, said)


def _refusal(code: int, said: bytes | str) -> ProviderError:
    sentence = f"The mail server said: {_text(code, said)}"
    return ProviderRejected(sentence) if code in _PERMANENT else ProviderUnavailable(sentence)


def _text(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"


def _patience(connection: smtplib.SMTP, deadline: Deadline) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(_seconds(deadline))


def _seconds(deadline: Deadline) -> float:
    if deadline.is_over:
        raise ProviderUnavailable("There was no time left to reach the mail server.")
    return deadline.remaining_seconds
