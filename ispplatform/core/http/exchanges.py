"""What is kept of one request to a provider and its answer."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ispplatform.core.audit.digests import canonical, plain
from ispplatform.core.clock import system_now
from ispplatform.core.http.redaction import Redaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One request and its answer, redacted.

    Args:
        method: HTTP method, or what was asked for by other means (``EPP domain:create``).
        status: HTTP or protocol status of the answer; None when there was none.
        error: why there was no answer; empty when there was one.
    """

    method: str
    url: str
    started_at: datetime
    duration_ms: int
    request_headers: dict[str, str] = field(default_factory=dict)
    request_body: str = ""
    status: int | None = None
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""
    error: str = ""


class ExchangeRecorder:
    """Redacts exchanges and hands them to whoever keeps them.

    Args:
        keep: is called with each exchange, at once; None keeps nothing.
        secrets: values that are masked wherever they stand.
    """

    def __init__(
        self, keep: Callable[[Exchange], None] | None = None, secrets: Iterable[str] = ()
    ) -> None:
        self._keep = keep
        self.redaction = Redaction(secrets)

    def hide(self, *secrets: str) -> None:
        """Mask these values, too, in everything recorded from now on: a password of one call."""
        self.redaction.hide(secrets)

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange whose texts were redacted with ``redaction``."""
        if self._keep is not None:
            self._keep(exchange)

    def note(
        self,
        what: str,
        *,
        request: Mapping[str, Any],
        answer: Mapping[str, Any] | None = None,
        error: str = "",
        duration_ms: int = 0,
    ) -> None:
        """Keep an exchange that was not HTTP: an SMTP or EPP command, a sandbox's act."""
        self.record(
            Exchange(
                method=what,
                url="",
                started_at=system_now(),
                duration_ms=duration_ms,
                request_body=self._text(request),
                response_body="" if answer is None else self._text(answer),
                error=self.redaction.text(error),
            )
        )

    def _text(self, values: Mapping[str, Any]) -> str:
        return self.redaction.body(canonical(plain(values)), "application/json")
