"""Charges, movements of the balance, payouts."""

import json
from typing import Any, Protocol


class Shop(Protocol):
    """What movements need of an account."""

    objects: dict[str, dict[str, Any]]

    def _new(self, prefix: str, kind: str, **values: Any) -> dict[str, Any]: ...

    def _listed(
        self, url: str, rows: list[dict[str, Any]], params: dict[str, Any]
    ) -> dict[str, Any]: ...


def charged(shop: Shop, intent: dict[str, Any], units: int) -> None:
    """Write down that a payment took money."""
    fee = units * 29 // 1000 + 30
    charge = shop._new(
        "ch",
        "charge",
        amount=intent["amount"],
        amount_captured=units,
        amount_refunded=0,
        currency=intent["currency"],
        customer=intent["customer"],
        payment_intent=intent["id"],
        payment_method=intent["payment_method"],
        status="succeeded",
        metadata=intent["metadata"],
        billing_details={"name": "Anna Example", "email": "anna@mail.example"},
        receipt_url="https://pay.stripe.com/receipts/x",
    )
    moved(shop, charge, "charge", units, fee)
    intent["latest_charge"] = charge["id"]


def moved(
    shop: Shop, source: dict[str, Any], kind: str, units: int, fee: int = 0
) -> dict[str, Any]:
    """Move the balance and note it beside what moved it."""
    made = shop._new(
        "txn",
        "balance_transaction",
        amount=units,
        fee=fee,
        net=units - fee,
        currency=source["currency"],
        source=source["id"],
        type=kind,
        status="available",
    )
    source["balance_transaction"] = made["id"]
    return made


def paid_out(shop: Shop) -> dict[str, Any]:
    """Pay out what no payout had yet."""
    rows = [
        row
        for row in shop.objects.values()
        if row["object"] == "balance_transaction" and "in_payout" not in row
    ]
    made = shop._new(
        "po",
        "payout",
        amount=sum(row["net"] for row in rows),
        currency=rows[0]["currency"],
        status="paid",
        automatic=True,
        arrival_date=1767225600,
        destination="ba_00000000000001",
    )
    for row in [*rows, moved(shop, made, "payout", -made["amount"])]:
        row["in_payout"] = made["id"]
    return made


def listed_movements(shop: Shop, params: dict[str, Any]) -> dict[str, Any]:
    """Answer to a list of movements."""
    wanted = [row for row in shop.objects.values() if row["object"] == "balance_transaction"]
    if "payout" in params:
        wanted = [row for row in wanted if row.get("in_payout") == params["payout"]]
    since = int(params.get("created", {}).get("gte", 0))
    answer = shop._listed(
        "/v1/balance_transactions", [row for row in wanted if row["created"] >= since], params
    )
    hidden = {"in_payout"}
    answer["data"] = [
        {name: value for name, value in expanded(shop, row, "source").items() if name not in hidden}
        for row in answer["data"]
    ]
    return answer


def expanded(shop: Shop, thing: dict[str, Any], path: str) -> dict[str, Any]:
    """Return an object with what a path names put in the place of its id."""
    first, _, rest = path.partition(".")
    made: dict[str, Any] = json.loads(json.dumps(thing))
    inner = shop.objects.get(made[first]) if isinstance(made.get(first), str) else made.get(first)
    if inner is not None:
        made[first] = expanded(shop, inner, rest) if rest else inner
    return made
