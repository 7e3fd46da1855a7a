"""Outgoing HTTP against a server on loopback that misbehaves in each way."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest

from ispplatform.core.errors import (
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.http import Deadline, Exchange, ExchangeRecorder, OutgoingHttp, client
from ispplatform.core.http.network import is_public
from ispplatform.core.http.redaction import BODY_CHARACTERS_MAX, Redaction, secret_names
from tests.ports import free_port

Answer = Callable[[socket.socket, bytes], None]
SOON = 2.0  # the request has to leave before; a busy machine stands still for more than a second


class Server:
    """Accepts one connection at a time and lets ``answer`` treat it."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.answer: Answer = says("200 OK", "{}")
        self.requests: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                request = self._read(connection)
                self.requests.append(request)
                try:
                    self.answer(connection, request)
                except OSError:
                    continue

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        request = b""
        while b"\r\n\r\n" not in request:
            received = connection.recv(65536)
            if not received:
                return request
            request += received
        head, _, body = request.partition(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                while len(body) < int(line.split(b":")[1]):
                    body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


def says(status: str, body: str, *headers: str) -> Answer:
    def answer(connection: socket.socket, request: bytes) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", *headers, "", body]
        connection.sendall("\r\n".join(lines).encode())

    return answer


def hangs(connection: socket.socket, request: bytes) -> None:
    connection.recv(1)


def drips(connection: socket.socket, request: bytes) -> None:
    """Answer byte by byte and never come to an end: only who listens can make an end of it."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x")
        threading.Event().wait(0.1)


def closes(connection: socket.socket, request: bytes) -> None:
    connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.listener.close()


@pytest.fixture
def kept() -> list[Exchange]:
    return []


def http(kept: list[Exchange], seconds: float = 5, **options) -> OutgoingHttp:
    recorder = ExchangeRecorder(kept.append, secrets=["s3cret-token"])
    return OutgoingHttp(deadline=Deadline.after(seconds), recorder=recorder, **options)


def test_an_answer_comes_whole_and_is_recorded_without_secrets(server, kept):
    server.answer = says(
        "201 Created", '{"id": "9", "token": "abc"}', "Content-Type: application/json", "X-A: b"
    )
    answer = http(kept).act(
        "POST",
        f"{server.url}/accounts?password=x&user=s3cret-token&plan=small",
        json={"password": "p", "name": "Ada"},
        headers={"Authorization": "Bearer s3cret-token", "X-Trace": "s3cret-token!"},
    )
    assert answer.status == 201
    assert answer.json() == {"id": "9", "token": "abc"}
    assert answer.headers["x-a"] == "b"
    assert b'{"password":"p","name":"Ada"}' in server.requests[0]
    (exchange,) = kept
    assert exchange.method == "POST"
    assert exchange.url == f"{server.url}/accounts?password=•••&user=•••&plan=small"
    assert exchange.request_headers["authorization"] == "•••"
    assert exchange.request_headers["x-trace"] == "•••!"
    assert exchange.request_body == '{"password": "•••", "name": "Ada"}'
    assert exchange.response_body == '{"id": "9", "token": "•••"}'
    assert (exchange.status, exchange.error) == (201, "")
    assert exchange.duration_ms < 5000


@pytest.mark.parametrize(
    ("answer", "error"),
    [(hangs, ProviderOutcomeUnknown), (closes, ProviderOutcomeUnknown)],
)
def test_after_the_first_byte_nobody_knows(server, kept, answer, error):
    server.answer = answer
    with pytest.raises(error):
        http(kept, SOON).act("POST", f"{server.url}/accounts")
    assert len(server.requests) == 1
    assert kept[0].status is None
    assert kept[0].error != ""


def test_a_read_that_fails_is_only_unavailable(server, kept):
    server.answer = closes
    with pytest.raises(ProviderUnavailable):
        http(kept).read("GET", f"{server.url}/accounts")


def test_a_server_that_drips_does_not_outlive_the_deadline(server, kept):
    server.answer = drips
    with pytest.raises(ProviderOutcomeUnknown):
        http(kept, SOON).act("POST", f"{server.url}/accounts")
    assert "Timeout" in kept[0].error


def test_one_deadline_covers_all_requests(server, kept):
    client_of_one_call = http(kept, SOON)
    server.answer = hangs
    with pytest.raises(ProviderUnavailable):
        client_of_one_call.read("GET", server.url)
    with pytest.raises(ProviderUnavailable):
        client_of_one_call.act("POST", server.url)
    assert len(server.requests) == 1, "after the deadline nothing is sent, so nothing is unknown"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{closed}/",
        "https://127.0.0.1:{port}/",
        "http://name.invalid/",
        "ftp://127.0.0.1/",
        "127.0.0.1",
        "http://user:pw@127.0.0.1:{port}/",
        "http://[::1/",
    ],
)
def test_what_never_left_is_unavailable(server, kept, url):
    address = url.format(closed=free_port(), port=server.listener.getsockname()[1])
    with pytest.raises(ProviderUnavailable):
        http(kept, 1).act("POST", address)
    assert all(not request.startswith(b"POST") for request in server.requests)


def test_an_untrusted_certificate_means_that_nothing_was_sent(kept, tmp_path):
    from_nobody = tmp_path / "missing.pem"
    with pytest.raises(ProviderUnavailable, match="authority file"):
        http(kept, ca_file=str(from_nobody)).act("POST", "https://127.0.0.1:1/")
    assert isinstance(client._trust(""), ssl.SSLContext)


def test_redirects_are_not_followed(server, kept):
    server.answer = says("302 Found", "", "Location: /elsewhere")
    assert http(kept).read("GET", server.url).status == 302
    assert len(server.requests) == 1


def test_an_answer_without_end_is_cut(server, kept, monkeypatch):
    monkeypatch.setattr(client, "ANSWER_BYTES_MAX", 1000)
    server.answer = says("200 OK", "x" * 2000)
    with pytest.raises(ProviderOutcomeUnknown, match="longer than"):
        http(kept).act("POST", server.url)


@pytest.mark.parametrize(
    ("status", "is_act", "error"),
    [
        ("400 Bad", True, ProviderRejected),
        ("404 No", False, ProviderRejected),
        ("429 Slow", True, ProviderUnavailable),
        ("500 Oops", True, ProviderOutcomeUnknown),
        ("502 Bad", True, ProviderOutcomeUnknown),
        ("503 Busy", False, ProviderUnavailable),
    ],
)
def test_a_status_means_one_of_three_things(server, kept, status, is_act, error):
    server.answer = says(status, "why")
    one = http(kept)
    answer = one.act("POST", server.url) if is_act else one.read("GET", server.url)
    with pytest.raises(error, match="why"):
        answer.check()


def test_what_is_not_json_is_trouble_of_the_right_kind(server, kept):
    server.answer = says("200 OK", "<html>")
    with pytest.raises(ProviderOutcomeUnknown):
        http(kept).act("POST", server.url).json()
    with pytest.raises(ProviderUnavailable):
        http(kept).read("GET", server.url).check().json()


def test_addresses_inside_are_refused_where_customers_choose_them(server, kept):
    with pytest.raises(ProviderUnavailable, match="private network"):
        http(kept, public_only=True).act("POST", server.url)
    with pytest.raises(ProviderUnavailable, match="private network"):
        http(kept, public_only=True).act("POST", server.url.replace("127.0.0.1", "localhost"))
    assert server.requests == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:0a00:0001::", False),
    ],
)
def test_which_addresses_are_of_the_open_internet(address, public):
    assert is_public(address) is public


def test_secrets_are_masked_in_every_form():
    masks = Redaction(["hunter2222"])
    assert masks.body("<pw>abc</pw><clID>x</clID>") == "<pw>•••</pw><clID>x</clID>"
    assert masks.body("a=1&api_key=x", "application/x-www-form-urlencoded") == "a=1&api_key=•••"
    assert masks.body('[{"auth_code": "x", "n": ["hunter2222"]}]') == (
        '[{"auth_code": "•••", "n": ["•••"]}]'
    )
    assert masks.body(b"plain hunter2222 \xff\x00") == "plain ••• �"
    assert masks.body("x" * 9000) == "x" * BODY_CHARACTERS_MAX + "… (9000 characters)"
    assert masks.url("https://u:p@h.example/hunter2222?x=hunter2222#f") == (
        "https://h.example/•••?x=•••"
    )


def test_names_of_secrets_are_found_at_any_depth():
    assert secret_names({"name": "x", "a": {"password": "y"}, "b": [{"token": 1}, 2]}) == [
        "password",
        "token",
    ]
