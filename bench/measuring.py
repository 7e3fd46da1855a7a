"""CPU time and statements, taken so that a noisy machine tells no lies.

Only what is measured in turn is compared: rounds of A and B alternate, and the medians are divided.
"""

import gc
import io
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test.utils import CaptureQueriesContext

Call = Callable[[], Any]
ROUNDS = 9


def cpu_milliseconds(calls: Sequence[Call], *, repeats: int, rounds: int = ROUNDS) -> list[float]:
    """Return the median CPU time of each call in milliseconds, all measured in turn.

    Args:
        repeats: calls in one reading.
        rounds: readings of each.
    """
    for call in calls:
        call()
    readings: list[list[float]] = [[] for _ in calls]
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for place, call in enumerate(calls):
                started = time.process_time()
                for _ in range(repeats):
                    call()
                readings[place].append((time.process_time() - started) * 1000 / repeats)
    finally:
        gc.enable()
    return [statistics.median(reading) for reading in readings]


def statements(call: Call) -> int:
    """Return how many SQL statements a call executes, once it has run before."""
    call()
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def answer_of(
    application: WSGIHandler,
    method: str,
    path: str,
    *,
    query: str = "",
    token: str = "",
    body: bytes = b"",
) -> bytes:
    """Send one request straight into the WSGI application, as a server would.

    Raises:
        RuntimeError: it is answered with anything but 200.
    """
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT": "application/json",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
        "wsgi.input": io.BytesIO(body),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if token:
        environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    status: list[str] = []

    def start(line: str, headers: object, exc_info: object = None, /) -> Callable[[bytes], object]:
        status.append(line)
        return io.BytesIO().write

    response = application(environ, start)
    content = b"".join(response)
    if hasattr(response, "close"):
        response.close()
    if not status[0].startswith("200"):
        raise RuntimeError(f"{method} {path}: {status[0]} {content[:300]!r}")
    return content


class Caller:
    """Asks for addresses with one credential."""

    def __init__(self, application: WSGIHandler, token: str) -> None:
        self.application = application
        self.token = token

    def get(self, path: str, query: str = "") -> Call:
        """Return a call that asks for an address and checks that it answers."""
        return partial(answer_of, self.application, "GET", path, query=query, token=self.token)
