"""The first sale through the API alone: order, pay, wait until everything works.

    export ISP_URL=http://localhost:8000
    ISP_API_KEY=test_pk_... python first_sale.py staff
    ISP_PORTAL_ID=ABC12345 ISP_PASSWORD=... python first_sale.py portal

``staff`` makes a customer and sells to them with an API key. ``portal`` is a customer who logs in
and buys. ``ISP_PLAN`` names a hosting plan (default ``web``) and ``ISP_DOMAIN`` the name to
register. The card is the published test card of a sandbox company: nothing here costs money.
"""

import os
import sys
import time
import uuid
from typing import Any

import httpx

URL = os.environ["ISP_URL"]
DOMAIN = os.environ.get("ISP_DOMAIN", f"first-{uuid.uuid4().hex[:8]}.example")
CARD = {"token": "sbx_tok_4242424242424242"}
WISHES = [
    {
        "plan_code": os.environ.get("ISP_PLAN", "web"),
        "cycle": "monthly",
        "domain_mode": "register",
        "domain_name": DOMAIN,
        "configuration": {"mailbox": "info"},
    }
]
CUSTOMER = {
    "first_name": "Ada",
    "last_name": "Walker",
    "email": f"ada-{uuid.uuid4().hex[:8]}@mail.example",
    "phone": "+49 40 1234567",
    "address": {
        "street": "Hafenstr. 1",
        "postal_code": "20095",
        "city": "Hamburg",
        "country": "DE",
    },
}


class Api:
    """One of the two interfaces; a POST that was not answered is sent again under its key."""

    def __init__(self, base: str, credential: str = "") -> None:
        headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        self.http = httpx.Client(base_url=URL + base, headers=headers, timeout=30)

    def get(self, path: str) -> Any:
        """Return the ``data`` of an answer."""
        return self._data(self.http.get(path))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send it until it is answered; the key makes it happen once."""
        key = {"Idempotency-Key": str(uuid.uuid4())}
        for _ in range(5):
            try:
                return self._data(self.http.post(path, json=body, headers=key))
            except httpx.TransportError:
                time.sleep(1)
        raise SystemExit(f"{path}: no answer")

    @staticmethod
    def _data(answer: httpx.Response) -> Any:
        said = answer.json()
        if not said["success"]:
            raise SystemExit(f"{said['error']['code']}: {said['error']['message']}")
        return said["data"]


def until(api: Api, path: str, *ends: str) -> Any:
    """Ask until the row has one of these statuses."""
    for _ in range(120):
        row = api.get(path)
        if row["status"] in ends:
            return row
        time.sleep(0.5)
    raise SystemExit(f"{path} is still {row['status']}")


def staff() -> tuple[Api, Any]:
    """Sell to a new customer, as a program with an API key."""
    api = Api("/api/v1", os.environ["ISP_API_KEY"])
    customer = api.post("/customers", CUSTOMER)
    order = api.post("/orders", {"customer_id": customer["id"], "lines": WISHES})
    card = api.post(f"/customers/{customer['id']}/payment-methods", CARD)
    paying = {"document_id": order["proforma_id"], "payment_method_id": card["id"]}
    payment = api.post("/payments", paying)
    until(api, f"/payments/{payment['id']}", "settled")
    return api, order


def portal() -> tuple[Api, Any]:
    """Buy as a customer who has a log-in."""
    who = {"portal_id": os.environ["ISP_PORTAL_ID"], "password": os.environ["ISP_PASSWORD"]}
    token = Api("/api/portal/v1").post("/auth/login", who)["access_token"]
    api = Api("/api/portal/v1", token)
    order = api.post("/orders", {"lines": WISHES, "accepted_documents": ["terms"]})
    payment = api.post("/billing/payments", {"document_id": order["proforma_id"], **CARD})
    until(api, f"/billing/payments/{payment['id']}", "settled")
    return api, order


def main() -> None:
    """Sell once and say what came of it."""
    api, order = {"staff": staff, "portal": portal}[sys.argv[1]]()
    done = until(api, f"/orders/{order['id']}", "completed", "needs_person")
    said = [f"{done['order_number']}: {done['status']}, {done['gross']} {done['currency']}"]
    said += [f"  {line['label']}: {line['service_status']}" for line in done["lines"]]
    sys.stdout.write("\n".join(said) + "\n")


if __name__ == "__main__":
    main()
