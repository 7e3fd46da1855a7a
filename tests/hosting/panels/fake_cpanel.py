"""A strict fake of a WHM server on loopback, over TLS.

It is a fake of our own: functions of UAPI are held to the parameters of the vendor's specification
(``uapi_email.json``), those of WHM to its documentation (``whm_functions.json``). Whatever is
unknown there, is sent the wrong way or carries a secret in the address, is kept in ``violations``,
and the test fails.
"""

import json
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.hosting.panels.fake_cpanel_state import FakeState, Refused, Values

HERE = Path(__file__).parent
WHM: dict[str, Any] = json.loads((HERE / "whm_functions.json").read_text())
UAPI: dict[str, Any] = json.loads((HERE / "uapi_email.json").read_text())
READING = {
    *("accountsummary", "applist", "listaccts", "listpkgs", "showbw", "systemloadavg", "version"),
    *("create_user_session", "list_pops_with_disk", "count_pops"),
}
BRIDGES = {"uapi_cpanel": "cpanel.function", "cpanel": "cpanel_jsonapi_func"}
LOGIN_PAGE = "<!DOCTYPE html><html><body>WHM Login</body></html>"
XID = "ab12cd"


class Fault(StrEnum):
    """What goes wrong with a call; names say whether it acts."""

    DROPPED_BEFORE = "the connection breaks, nothing is done"
    DROPPED_AFTER = "it is done and the connection breaks"
    DONE_LATER = "the connection breaks and it is done later"
    HANGS_AFTER = "it is done and no answer comes"
    ERROR_500_BEFORE = "500, nothing is done"
    ERROR_500_AFTER = "500, and it is done"
    PROXY_524_AFTER = "a proxy gives up, and it is done"
    HTML_BEFORE = "200 with a log-in page, nothing is done"
    HTML_AFTER = "200 with some page, and it is done"
    TRUNCATED_AFTER = "half of the JSON, and it is done"
    OLD_SHAPE_AFTER = "an answer of the API before this one, and it is done"
    REDIRECT = "a redirect to the log-in page, nothing is done"
    FORBIDDEN = "403, nothing is done"
    BUSY = "429, nothing is done"
    REFUSED = "result 0, nothing is done"
    INNER_REFUSED = "result 1 outside, status 0 inside, nothing is done"


BEFORE = {
    Fault.DROPPED_BEFORE,
    Fault.ERROR_500_BEFORE,
    Fault.HTML_BEFORE,
    Fault.REDIRECT,
    Fault.FORBIDDEN,
    Fault.BUSY,
    Fault.REFUSED,
    Fault.INNER_REFUSED,
}
REFUSED_PLAINLY = "API failure: (XID ab12cd) No, not today."


@dataclass
class Call:
    """One call as it came in; ``function`` is the inner one where a bridge was used."""

    function: str
    values: Values = field(repr=False)
    bridge: str = ""


class FakeCpanel(ThreadingHTTPServer):
    """The server; ``state`` is what it has."""

    daemon_threads = True

    def __init__(self, *, certificate: Path, user: str = "root", token: str = "TOKEN123") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.token = token
        self.state = FakeState(user)
        self.functions = set(WHM)
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.release = threading.Event()
        self.turn = threading.Lock()
        self._faults: deque[tuple[str, Fault]] = deque()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def fail(self, function: str, fault: Fault, times: int = 1) -> None:
        """Have the next calls of ``function`` go wrong; ``*`` is any function."""
        self._faults.extend([(function, fault)] * times)

    def fault_of(self, function: str) -> Fault | None:
        """Use up the next fault that is meant for this function."""
        for place, (wanted, fault) in enumerate(self._faults):
            if wanted in ("*", function):
                del self._faults[place]
                return fault
        return None

    def called(self, function: str) -> list[Values]:
        """Return what each call of a function was given."""
        return [call.values for call in self.calls if call.function == function]

    def stop(self) -> None:
        """Close it; calls that hang are let go."""
        self.release.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away or did not trust the certificate."""


class _Handler(BaseHTTPRequestHandler):
    server: FakeCpanel
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log."""

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        self._answer(dict(parse_qsl(body, keep_blank_values=True)))

    def _answer(self, form: Values) -> None:
        address = urlsplit(self.path)
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        outer = address.path.removeprefix("/json-api/")
        if outer == address.path:
            self._wrong(f"{address.path} is not below /json-api/")
        values = {**query, **form}
        inner = values.get(BRIDGES.get(outer, ""), "")
        function = inner or outer
        if any("pass" in name for name in query):
            self._wrong(f"{function}: a password in the address")
        if (self.command == "GET") != (function in READING):
            self._wrong(f"{function} by {self.command}")
        self.server.calls.append(Call(function, values, outer if inner else ""))
        fault = self.server.fault_of(function)
        if self.headers.get("Authorization") != f"whm {self.server.state.user}:{self.server.token}":
            fault = Fault.FORBIDDEN
        if outer not in self.server.functions:
            fault = Fault.FORBIDDEN
        if fault in BEFORE:
            self._fail(fault, outer)
            return
        with self.server.turn:
            body = self._performed(outer, inner, values)
            if fault is Fault.DONE_LATER:
                self.server.state.accounts[values["username"]].shown = False
        if fault is None:
            self._send(200, json.dumps(body))
        else:
            self._fail(fault, outer, json.dumps(body))

    # --------------------------------------------------------------------------- what is done

    def _performed(self, outer: str, inner: str, values: Values) -> dict[str, Any]:
        if outer == "cpanel":
            return self._by_old_bridge(inner, values)
        if values.pop("api.version", "") != "1":
            self._wrong(f"{outer} without api.version=1")
            return {"result": [{"status": 1, "statusmsg": "of the API before this one"}]}
        if outer not in WHM:
            self._wrong(f"there is no function {outer}")
            return _whm(outer, 0, f"Unknown app (“{outer}”) requested.")
        try:
            if outer == "uapi_cpanel":
                names = WHM[outer]
                self._check(outer, names, {k: v for k, v in values.items() if k in names})
                reply = self._mail(inner, values, values["cpanel.user"], set(names))
                return _whm(outer, 1, "OK", {"uapi": reply})
            self._check(outer, WHM[outer], values)
            if outer == "applist":
                return _whm(outer, 1, "OK", {"app": sorted(self.server.functions)})
            data = self.server.state.call(outer, values)
        except Refused as refusal:
            return _whm(outer, 0, f"API failure: (XID {XID}) {refusal}")
        body = _whm(outer, 1, "OK", data)
        if outer == "createacct":
            raw = f"| UserName: {values['username']} | PassWord: {values['password']} |"
            body["metadata"] |= {"reason": "Account Creation Ok", "output": {"raw": raw}}
        return body

    def _by_old_bridge(self, inner: str, values: Values) -> dict[str, Any]:
        names = WHM["cpanel"]
        self._check("cpanel", names, {k: v for k, v in values.items() if k in names})
        try:
            reply = self._mail(inner, values, values["cpanel_jsonapi_user"], set(names))
        except Refused as refusal:
            return {"cpanelresult": {"apiversion": "2", "error": str(refusal), "data": None}}
        return {"apiversion": 3, "func": inner, "module": "Email", "result": reply}

    def _mail(self, inner: str, values: Values, user: str, outer_names: set[str]) -> dict[str, Any]:
        module = values.get("cpanel.module") or values.get("cpanel_jsonapi_module")
        if module != "Email" or inner not in UAPI:
            self._wrong(f"there is no function {module}::{inner}")
        given = {name: value for name, value in values.items() if name not in outer_names}
        self._check(inner, UAPI[inner], given)
        self.server.state._held(user)
        try:
            data = self.server.state.mail(user, inner, given)
        except Refused as refusal:
            return {"status": 0, "data": None, "errors": [str(refusal)], "messages": None}
        return {"status": 1, "data": data, "errors": None, "messages": None, "metadata": {}}

    def _check(self, function: str, names: dict[str, Any], values: Values) -> None:
        """Hold the values against the parameters that the function has."""
        for name in sorted(set(values) - set(names)):
            self._wrong(f"{function} has no parameter {name}")
        for name, rule in names.items():
            if rule["required"] and not values.get(name):
                self._wrong(f"{function} needs {name}")
            if name in values and not _fits(values[name], rule["kind"]):
                self._wrong(f"{function}: {name} cannot be {values[name]!r}")

    def _wrong(self, sentence: str) -> None:
        self.server.violations.append(sentence)

    # --------------------------------------------------------------------------- what is sent

    def _fail(self, fault: Fault, outer: str, body: str = "") -> None:
        if fault is Fault.HANGS_AFTER:
            self.server.release.wait(10)
        elif fault is Fault.TRUNCATED_AFTER:
            self._send(200, body[: len(body) // 2])
        elif fault is Fault.OLD_SHAPE_AFTER:
            self._send(200, '{"result": [{"status": 1, "statusmsg": "done"}]}')
        elif fault is Fault.REDIRECT:
            self._send(301, "", ("Location", "/login/?login_only=1"))
        elif fault is Fault.FORBIDDEN:
            self._send(403, '{"cpanelresult":{"error":"Access denied","data":{"result":"0"}}}')
        elif fault is Fault.BUSY:
            self._send(429, "Too many requests.")
        elif fault in (Fault.HTML_BEFORE, Fault.HTML_AFTER):
            self._send(200, LOGIN_PAGE)
        elif fault in (Fault.ERROR_500_BEFORE, Fault.ERROR_500_AFTER):
            self._send(500, LOGIN_PAGE)
        elif fault is Fault.PROXY_524_AFTER:
            self._send(524, "A timeout occurred")
        elif fault is Fault.REFUSED:
            self._send(200, json.dumps(_whm(outer, 0, REFUSED_PLAINLY)))
        elif fault is Fault.INNER_REFUSED:
            inner = {"status": 0, "data": None, "errors": ["Not inside either."]}
            self._send(200, json.dumps(_whm(outer, 1, "OK", {"uapi": inner})))
        self.close_connection = True

    def _send(self, status: int, body: str, *headers: tuple[str, str]) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if body[:1] == "{" else "text/html")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _whm(
    function: str, result: int, reason: str, data: dict[str, Any] | None = None
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "metadata": {"version": 1, "command": function, "result": result, "reason": reason}
    }
    if data is not None:
        body["data"] = data
    return body


def _fits(value: str, kind: str | list[str]) -> bool:
    if isinstance(kind, list):
        return value in kind
    if kind == "integer or unlimited" and value == "unlimited":
        return True
    return value.isdecimal() if kind.startswith("integer") else True
