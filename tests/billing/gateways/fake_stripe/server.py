"""The fake behind HTTP on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.billing.gateways.fake_stripe.acts import FakeStripe


def _tree(text: str) -> dict[str, Any]:
    """Read a form body: ``metadata[a]=b`` and ``expand[0]=c``."""
    made: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        outer, _, inner = name.partition("[")
        inner = inner.rstrip("]")
        if not inner and "[" not in name:
            made[outer] = value
        elif not inner or inner.isdigit():
            made.setdefault(outer, []).append(value)
        else:
            made.setdefault(outer, {})[inner] = value
    return made


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    fake: FakeStripe


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _serve(self) -> None:
        split = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length).decode() if length else split.query
        answer = self.server.fake.answer(self.command, split.path, _tree(text), self.headers)
        if answer is None:
            self.close_connection = True
            return
        status, body, headers = answer
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Request-Id", "req_fake")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _serve  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def fake_stripe_running() -> Iterator[FakeStripe]:
    """Serve a fake on a free port of this machine until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    fake = FakeStripe(base=f"http://127.0.0.1:{server.server_port}")
    server.fake = fake
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        fake.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
