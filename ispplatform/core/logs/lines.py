"""How a log record becomes a line: JSON in production, readable in development."""

from collections.abc import Callable, MutableMapping
from typing import Any

import orjson
import structlog
from structlog.stdlib import ProcessorFormatter

from ispplatform.core.logs.redaction import redacted

Event = MutableMapping[str, Any]
# What Django's own loggers attach to a record is objects, or is said in the access line already.
_DROPPED = ("request", "server_time", "status_code", "taskName", "_record", "_from_structlog")


def json_lines() -> ProcessorFormatter:
    """Return the formatter that writes one JSON object a line."""
    return _formatter(_json)


def readable_lines() -> ProcessorFormatter:
    """Return the formatter for people in front of a terminal."""
    return _formatter(_readable)


def _formatter(write: Callable[[Any, str, Event], str]) -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[structlog.processors.format_exc_info, _without_objects, _redact, write],
    )


def _without_objects(logger: Any, method: str, event: Event) -> Event:
    for name in _DROPPED:
        event.pop(name, None)
    return event


def _redact(logger: Any, method: str, event: Event) -> Event:
    cleaned: Event = redacted(dict(event))
    return cleaned


def _json(logger: Any, method: str, event: Event) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _readable(logger: Any, method: str, event: Event) -> str:
    rest = dict(event)
    time = str(rest.pop("timestamp", ""))[11:19]
    level, name = str(rest.pop("level", "")).upper(), rest.pop("logger", "")
    sentence, trace = rest.pop("event", ""), rest.pop("exception", "")
    facts = " ".join(f"{key}={value}" for key, value in rest.items() if value not in ("", None))
    line = f"{time} {level:7} {name}: {sentence} {facts}".rstrip()
    return f"{line}\n{trace}" if trace else line
