"""A real PowerDNS of the suite, on free ports of loopback, with a directory that goes away."""

import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import dns.message
import dns.query
import httpx
import pytest

from ispplatform.core.models import ProviderConnection
from tests.ports import free_port
from tests.selection import powerdns as powerdns_program

API_KEY = "key-of-the-suite"
SCHEMA = Path("/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql")
NAME_SERVERS = ("ns1.northwind.example", "ns2.northwind.example")
START_SECONDS = 120
# A run that is killed leaves no server behind (util-linux, which Debian always has).
DIES_WITH_US = ["setpriv", "--pdeathsig", "KILL"]


class PowerDnsServer:
    """One server process with a database of its own.

    Args:
        directory: where its files lie; it is the test's.
        lines: what else stands in its configuration.
    """

    def __init__(self, directory: Path, *lines: str) -> None:
        self.directory = directory
        self.api_port, self.dns_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.api_port}"
        self._process: subprocess.Popen[bytes] | None = None
        database = directory / "zones.sqlite3"
        with sqlite3.connect(database) as schema:
            schema.executescript(SCHEMA.read_text())
        schema.close()
        settings = [
            "launch=gsqlite3",
            f"gsqlite3-database={database}",
            "gsqlite3-dnssec=yes",
            "gsqlite3-pragma-synchronous=0",
            "api=yes",
            f"api-key={API_KEY}",
            "webserver=yes",
            "webserver-address=127.0.0.1",
            f"webserver-port={self.api_port}",
            "local-address=127.0.0.1",
            f"local-port={self.dns_port}",
            f"socket-dir={directory}",
            "security-poll-suffix=",
            # A change is served at once.
            "cache-ttl=0",
            "query-cache-ttl=0",
            "negquery-cache-ttl=0",
            "zone-cache-refresh-interval=0",
            *lines,
        ]
        (directory / "pdns.conf").write_text("\n".join(settings) + "\n")

    def start(self) -> None:
        """Start it and wait until it answers."""
        program = powerdns_program()
        assert program is not None
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *DIES_WITH_US,
                    program,
                    f"--config-dir={self.directory}",
                    "--daemon=no",
                    "--guardian=no",
                ],
                stdout=log,
                stderr=log,
            )
        for _ in range(START_SECONDS * 20):
            if self._process.poll() is not None:
                break
            try:
                self.api("GET", "")
            except httpx.TransportError:
                Event().wait(0.05)
            else:
                return
        raise RuntimeError((self.directory / "log").read_text())

    def stop(self) -> None:
        """End it; its zones stay for the next start."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Let it accept connections and answer nothing, as a machine that hangs does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def api(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Do by hand what an administrator could do."""
        return httpx.request(
            method,
            f"{self.url}/api/v1/servers/localhost{path}",
            headers={"X-API-Key": API_KEY},
            json=body,
            timeout=10,
            trust_env=False,
        )

    def change(self, zone: str, name: str, kind: str, *contents: str, **more: Any) -> None:
        """Set a record set by hand; without contents it goes."""
        one: dict[str, Any] = {"name": f"{name}.", "type": kind, "changetype": "DELETE"}
        if contents:
            records = [{"content": content, "disabled": False} for content in contents]
            one |= {"changetype": "REPLACE", "ttl": 300, "records": records, **more}
        self.api("PATCH", f"/zones/{zone}.", {"rrsets": [one]}).raise_for_status()

    def rows(self, zone: str) -> dict[tuple[str, str], dict[str, Any]]:
        """Return the record sets of a zone as the API tells them, by name and type."""
        found = self.api("GET", f"/zones/{zone}.").raise_for_status().json()["rrsets"]
        return {(one["name"], one["type"]): one for one in found}

    def ask(self, name: str, kind: str, *, tcp: bool = False, dnssec: bool = False) -> Any:
        """Ask over the DNS itself and return the answer."""
        question = dns.message.make_query(name, kind, want_dnssec=dnssec)
        send = dns.query.tcp if tcp else dns.query.udp
        return send(question, "127.0.0.1", port=self.dns_port, timeout=30)

    def answers(self, name: str, kind: str, *, tcp: bool = False) -> list[str]:
        """Return the contents that the DNS answers, sorted."""
        reply = self.ask(name, kind, tcp=tcp)
        return sorted(data.to_text() for found in reply.answer for data in found)

    def answers_soon(self, name: str, kind: str) -> list[str]:
        """Wait until the DNS has an answer, as a secondary has one after a transfer."""
        for _ in range(START_SECONDS * 20):
            if found := self.answers(name, kind):
                return found
            Event().wait(0.05)
        raise RuntimeError((self.directory / "log").read_text())

    def clear(self) -> None:
        """Take all zones away."""
        for zone in self.api("GET", "/zones").json():
            self.api("DELETE", f"/zones/{zone['id']}").raise_for_status()

    def connection(self, **config: Any) -> ProviderConnection:
        """Return the tenant's access to it."""
        settings = {"url": self.url, "name_servers": ", ".join(NAME_SERVERS), **config}
        return ProviderConnection.objects.create(
            kind="dns",
            backend="powerdns",
            name="PowerDNS",
            config=settings,
            credentials={"api_key": API_KEY},
        )


@pytest.fixture(scope="session")
def powerdns_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PowerDnsServer]:
    """The server of this test process."""
    server = PowerDnsServer(tmp_path_factory.mktemp("powerdns"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def registry_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PowerDnsServer]:
    """A second server, which answers for endings."""
    server = PowerDnsServer(tmp_path_factory.mktemp("registry"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def powerdns(powerdns_process: PowerDnsServer) -> PowerDnsServer:
    """The running server, without any zone."""
    powerdns_process.clear()
    return powerdns_process
