"""An SMTP receiver on loopback that keeps every message as a file, for the sandbox's mail page.

Start it with ``python -m ispplatform.run.mail_catcher PORT DIRECTORY``.
"""

import asyncio
import os
import secrets
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = "127.0.0.1"
MESSAGE_BYTES_MAX = 25_000_000


def message_keep(directory: Path, *, content: bytes, received_at: datetime) -> Path:
    """Store one message whole or not at all, readable by the owner only.

    Args:
        directory: where the files lie; it must exist.
        content: the message as it came, with its headers.
        received_at: aware time of receipt.

    Returns:
        The file, named so that names sort by time: ``20260301T090000.123456Z-1f2e3d4c.eml``.
    """
    moment = received_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    path = directory / f"{moment}-{secrets.token_hex(4)}.eml"
    unfinished = path.with_suffix(".part")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return path


class MailCatcher:
    """aiosmtpd's handler: accepts everything for everyone and delivers nothing."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks handlers up by this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the message with the envelope's addresses in front, as a mail server would note."""
        sender = f"Return-Path: <{envelope.mail_from or ''}>\r\n"
        recipients = "".join(f"X-Envelope-To: {address}\r\n" for address in envelope.rcpt_tos)
        content = envelope.content or b""
        if isinstance(content, str):
            content = content.encode()
        path = await asyncio.to_thread(
            message_keep,
            self.directory,
            content=(sender + recipients).encode("ascii", "backslashreplace") + content,
            received_at=datetime.now(UTC),
        )
        return f"250 2.0.0 kept as {path.name}"


async def serve(*, port: int, directory: Path) -> None:
    """Receive mail on loopback until SIGTERM or SIGINT."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(
        lambda: SMTP(
            MailCatcher(directory),
            enable_SMTPUTF8=True,
            data_size_limit=MESSAGE_BYTES_MAX,
            hostname="localhost",
            loop=loop,
        ),
        LOOPBACK,
        port,
    )
    async with server:
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(serve(port=int(sys.argv[1]), directory=Path(sys.argv[2])))
