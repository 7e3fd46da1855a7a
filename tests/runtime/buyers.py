"""Programs that sell to an installation over HTTP, and see in its database what came of it."""

import sqlite3
import time
import uuid
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx

from tests.runtime.conftest import wait_for

CARD = {"token": "sbx_tok_4242424242424242"}
LOOK_SECONDS = 0.01
STATUSES = """
    SELECT service.status FROM provisioning_service AS service
    JOIN sales_orderline AS line ON line.service_id = service.id WHERE line.order_id = ?
"""
MOVES = "SELECT state FROM core_clockmove"


@dataclass
class Buyer:
    """A program that sells to one new customer after the other, each a name, a site, a mailbox.

    Attributes:
        credential: what stands in the header ``Authorization``.
        database: the installation's own file.
        answers: the status of every answer.
        orders: the id of every order.
        trouble: what ended ``sell_until`` before its time.
    """

    base: str
    credential: str
    database: Path
    answers: list[int] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    trouble: str = ""

    def __post_init__(self) -> None:
        """Keep one connection open, as programs do."""
        self.http = httpx.Client(
            base_url=self.base, headers={"Authorization": self.credential}, timeout=60
        )

    def sent(self, method: str, path: str, body: Any = None) -> Any:
        """Send one request and return the data of its answer, which must be good."""
        answer = self.http.request(
            method, path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())}
        )
        self.answers.append(answer.status_code)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()["data"]

    def sale(self) -> float:
        """Sell once; return the seconds from the payment's answer to the last active service."""
        order = self._ordered()
        card = self.sent("POST", f"/customers/{order['customer_id']}/payment-methods", CARD)
        paying = {"document_id": order["proforma_id"], "payment_method_id": card["id"]}
        self.sent("POST", "/payments", paying)
        paid_at = time.monotonic()
        wait_for(lambda: self.works(order["id"]), what=f"what was ordered by {order['id']} works")
        return time.monotonic() - paid_at

    def sale_by_transfer(self) -> str:
        """Sell once to somebody who keeps no card; return the order's id once all of it works."""
        order = self._ordered()
        self._transfer(order["proforma_id"], order["amount_due"])
        wait_for(lambda: self.works(order["id"]), what=f"what was ordered by {order['id']} works")
        return str(order["id"])

    def pay_what_is_owed(self, order_id: str) -> None:
        """Record a transfer for every open invoice of the order's customer."""
        customer_id = self.sent("GET", f"/orders/{order_id}")["customer_id"]
        asked = {"customer_id": customer_id, "status": "overdue"}
        owed = self.sent("GET", f"/invoices?{urlencode(asked)}")
        assert owed, "somebody who is suspended for money owes some"
        for invoice in owed:
            self._transfer(invoice["id"], invoice["amount_due"])

    def _ordered(self) -> Any:
        word = f"n{uuid.uuid4().hex[:10]}"
        customer = self.sent("POST", "/customers", customer_named(word))
        wishes = {"customer_id": customer["id"], "lines": [wish_for(f"{word}.example")]}
        order = self.sent("POST", "/orders", wishes)
        self.orders.append(order["id"])
        return order

    def _transfer(self, document_id: str, amount: Any) -> None:
        told = {"payment_method": "bank_transfer", "reference": f"transfer of {document_id}"}
        self.sent("POST", "/payments", {"document_id": document_id, "amount": amount, **told})

    def sell_until(self, end: float) -> None:
        """Sell one after the other until the time has come; note what went wrong."""
        try:
            while time.monotonic() < end:
                self.sale()
        except Exception as failure:
            self.trouble = repr(failure)

    def works(self, order_id: str) -> bool:
        """Look into the database whether every service of an order is active.

        The interface would be asked hundreds of times, which is work for the same processors.
        """
        return self.statuses(order_id) == {"active"}

    def statuses(self, order_id: str) -> set[str]:
        """Look into the database in which statuses the order's services are."""
        time.sleep(LOOK_SECONDS)
        return self._asked(STATUSES, UUID(order_id).hex)

    def clock_is_moving(self) -> bool:
        """Look into the database whether the company's clock is on its way."""
        time.sleep(LOOK_SECONDS)
        return self._asked(MOVES) != {"arrived"}

    def is_completed(self, order_id: str) -> bool:
        """Ask the interface whether all of an order is done."""
        time.sleep(LOOK_SECONDS)
        return bool(self.sent("GET", f"/orders/{order_id}")["status"] == "completed")

    def _asked(self, question: str, *values: str) -> set[str]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as books:
            return {value for (value,) in books.execute(question, values)}


def customer_named(word: str) -> dict[str, Any]:
    """Return the body that makes a customer who can own a name."""
    address = {
        "street": "Hafenstr. 1",
        "postal_code": "20095",
        "city": "Hamburg",
        "country": "DE",
    }
    return {
        "first_name": "Ada",
        "last_name": "Walker",
        "email": f"{word}@mail.example",
        "phone": "+49 40 1234567",
        "address": address,
    }


def wish_for(name: str) -> dict[str, Any]:
    """Return an order's line: a site with a new name."""
    return {
        "plan_code": "web",
        "cycle": "monthly",
        "domain_mode": "register",
        "domain_name": name,
        "configuration": {"mailbox": "info"},
    }
