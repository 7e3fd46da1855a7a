"""Over real HTTP, against a server whose transactions commit: what is refused changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation

from ispplatform.core.database.inventory import tenant_tables
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.callers import key_caller
from tests.factories.core import TenantFactory
from tests.fuzz.calling import HOST, Prober, verdicts
from tests.fuzz.test_documented_api import (
    NASTY_BODIES,
    PARTS,
    WITH_BODY,
    explored,
    operations,
)
from tests.meta.stock import stocked

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# Who fails to log in is noted, so that guessing ends.
NOTES_FAILURES = ("/auth/",)
# One of each family: what no form sends, and what no field takes.
BROKEN = ("broken", "no object", "not UTF-8", "unknown field")
# The kept answer of a request with a key, and when a credential was last used.
BOOKKEEPING = {"core_idempotencyrecord", "accounts_apikey"}


@dataclass
class Wire(Prober):
    """Sends over HTTP; what is refused must have left every row as it was."""

    url: str = ""
    wire: requests.Session = field(default_factory=requests.Session)
    refused: int = 0

    def send(
        self,
        operation: APIOperation,
        path: str,
        *,
        body: bytes = b"",
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> Response:
        """Send one request, and look at the rows when it is refused."""
        self.sent += 1
        before = held()
        answer = self.wire.request(
            operation.method,
            self.url + path,
            data=body,
            headers={
                **(headers or {}),
                "Content-Type": content_type,
                "Authorization": f"Bearer {self.credential}",
            },
            allow_redirects=False,
            timeout=60,
        )
        response = Response(
            status_code=answer.status_code,
            headers={name.lower(): [value] for name, value in answer.headers.items()},
            content=answer.content,
            request=requests.Request(operation.method.upper(), HOST + "/").prepare(),
            elapsed=0.0,
            verify=False,
        )
        found = list(verdicts(operation, response, []))
        if 400 <= answer.status_code < 500:
            self.refused += 1
            changed = sorted(set(held().items()) ^ set(before.items()))
            found += [f"refused, and yet {table} changed" for table, _ in changed]
        for verdict in found:
            said = f"{path[:200]} {body[:200]!r}"
            self.wrong.setdefault((operation.label, verdict[:40]), f"{said} -> {verdict}")
        return response


def held() -> dict[str, tuple[int, str]]:
    """Return how many rows each company table has and when the last one was touched."""
    parts = [
        f"SELECT '{name}', count(*), max(updated_at) FROM \"{name}\""  # noqa: S608 our own names
        for name in tenant_tables()
        if name not in BOOKKEEPING
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {table: (count, str(touched)) for table, count, touched in cursor.fetchall()}


@pytest.fixture
def company(live_server: LiveServer) -> Iterator[Tenant]:
    """A company that answers at the server's address."""
    limits = dict.fromkeys(settings.API_LIMITS, "1000000/minute")
    tenant: Tenant = TenantFactory(slug="northwind", name="Northwind Hosting", is_default=True)
    cache.clear()
    with override_settings(ALLOWED_HOSTS=["*"], API_LIMITS=limits), tenant_context(tenant.pk):
        yield tenant


@pytest.mark.parametrize("part", range(PARTS))
def test_what_a_running_server_refuses_changes_nothing(
    live_server: LiveServer, company: Tenant, part: int
):
    (owned,) = stocked(company, "quetzal")
    token = key_caller(company, "*").headers["Authorization"].split()[1]
    wire = Wire(owned, credential=token, url=live_server.url)
    for operation in operations("/api/v1", part):
        if any(piece in operation.path for piece in NOTES_FAILURES):
            continue
        if operation.method.lower() in WITH_BODY:
            path = wire.path(operation)
            for name in BROKEN:
                wire.send(operation, path, body=NASTY_BODIES[name])
            explored(wire, operation, GenerationMode.NEGATIVE, examples=1)
        else:
            wire.send(operation, f"{wire.path(operation)}?no_such_parameter=%00")

    assert not wire.wrong, wire.findings()
    assert wire.refused > 60
