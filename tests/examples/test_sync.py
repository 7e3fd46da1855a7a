"""The documented copy misses no row, while orders come in, rows change and commits are late."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from contextvars import copy_context
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db import connection, transaction
from pytest_django.live_server_helper import LiveServer

from billing.models import Invoice, Payment
from customers.models import Customer
from domains.models import Domain
from ispplatform.core.testing import run_until_quiet
from provisioning.models import Service
from sales.models import Order
from tests.callers import key_caller
from tests.examples.test_first_sale import open_company, sold
from tests.sales.conftest import Shop

__all__ = ["open_company"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

EXAMPLE = Path(settings.BASE_DIR) / "docs" / "examples" / "sync.py"
LONGEST = 60  # lines
ROUNDS = 12
LATE_SECONDS = 3
SCOPES = ("customers:*", "orders:*", "payments:*", "payment_methods:*", "plans:read")
SCOPES += ("services:*", "invoices:*", "domains:*")
TABLES = {
    "customers": Customer,
    "services": Service,
    "orders": Order,
    "invoices": Invoice,
    "payments": Payment,
    "domains": Domain,
}


class Writers:
    """Customers and orders that come in, and rows that change, beside whatever the test does."""

    def __init__(self, url: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self.http = httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=60)
        self.failures: list[str] = []
        works = (self.customers_come, self.a_commit_is_late)
        self.threads = [
            threading.Thread(target=copy_context().run, args=(self.checked, work)) for work in works
        ]

    def close(self) -> None:
        for thread in self.threads:
            thread.join()
        self.http.close()

    def checked(self, work) -> None:
        try:
            work()
        except Exception as error:  # what a thread raises, nobody would see
            self.failures.append(repr(error))
        finally:
            connection.close()

    def customers_come(self) -> None:
        for number in range(ROUNDS):
            body = {"first_name": "Ada", "last_name": "Walker", "phone": "+49 40 1234567"}
            body["email"] = f"ada-{number}@mail.example"
            made = self.http.post("/customers", json=body).raise_for_status().json()["data"]
            wish = {"plan_code": "web", "cycle": "monthly", "domain_mode": "later"}
            order = {"customer_id": made["id"], "lines": [wish]}
            self.http.post("/orders", json=order).raise_for_status()
            change = {"last_name": f"Walker {number}"}
            self.http.patch(f"/customers/{made['id']}", json=change).raise_for_status()
            if number % 4 == 0:
                self.http.delete(f"/customers/{made['id']}")

    def a_commit_is_late(self) -> None:
        for _ in range(2):
            with transaction.atomic():
                Customer.objects.earliest("pk").save()  # stamped now, seen in some seconds
                time.sleep(LATE_SECONDS)


def copied(path: Path, **environment: str) -> str:
    """Run the example once and return what it says."""
    found = subprocess.run(
        [sys.executable, str(EXAMPLE), str(path)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    """Return what the copy has: for each list, when each row changed last, by its id."""
    found: dict[str, dict[str, str]] = {name: {} for name in TABLES}
    with closing(sqlite3.connect(path)) as copy:
        for name, row_id, updated_at in copy.execute("SELECT list, id, updated_at FROM rows"):
            found[name][row_id] = updated_at
    return found


def rows_here() -> dict[str, dict[str, str]]:
    """Return what there is, in the same words."""
    return {
        name: {
            str(row_id): updated_at.isoformat().replace("+00:00", "Z")
            for row_id, updated_at in model.objects.values_list("pk", "updated_at")
        }
        for name, model in TABLES.items()
    }


def test_the_script_has_sixty_lines_at_most() -> None:
    assert len(EXAMPLE.read_text().splitlines()) <= LONGEST


def test_a_copy_that_is_brought_up_to_date_while_everything_changes_misses_no_row(
    live_server: LiveServer, open_company: Shop, tmp_path: Path
) -> None:
    key = key_caller(open_company.tenant, *SCOPES).headers["Authorization"].split()[1]
    given = {"ISP_URL": live_server.url, "ISP_API_KEY": key}
    copy = tmp_path / "copy.sqlite3"
    sold(live_server, "staff", ISP_API_KEY=key)  # a name, a payment, an invoice, two services
    with closing(Writers(live_server.url, key)) as writers:
        for thread in writers.threads:
            thread.start()
        while any(thread.is_alive() for thread in writers.threads):
            copied(copy, **given)
            run_until_quiet()
    run_until_quiet()
    copied(copy, **given)

    assert writers.failures == []
    here = rows_here()
    assert len(here["orders"]) == ROUNDS + 1
    assert all(here.values()), "a list without a row proves nothing"
    assert rows_of(copy) == here
