"""The objects of one account, and how they are found and listed."""

import threading
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ispplatform.core.clock import system_now
from tests.billing.gateways.fake_stripe import movements
from tests.billing.gateways.fake_stripe.refusals import MISTAKE, Refusal, known_only


@dataclass
class Card:
    """How a card behaves at the fake."""

    behavior: str = "succeeds"
    last4: str = "4242"


@dataclass
class Trouble:
    """What goes wrong with the next requests that match.

    Args:
        kind: ``before`` (500, nothing done), ``after`` (500, done), ``lost`` (done, no answer),
            ``hangs`` (done, and the caller waits for the answer), ``limit`` (429),
            ``forbidden`` (403), ``locked`` (409 of objects), ``in_use`` (409 of the key).
        path: matches requests whose path ends with it.
        method: HTTP method.
        times: how many requests it spoils.
    """

    kind: str
    path: str
    method: str = "POST"
    times: int = 1


@dataclass
class Account:
    """The books of one account, and how it is reached."""

    base: str = ""
    key: str = "sk_test_northwind"
    livemode: bool = False
    charges_enabled: bool = True
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    keys: dict[str, tuple[str, int, dict[str, Any]]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    search_knows: bool = True
    turn: Any = field(default_factory=threading.Lock)
    release: threading.Event = field(default_factory=threading.Event)
    _ids: Any = field(default_factory=lambda: count(1))

    def _account(self) -> dict[str, Any]:
        return {
            "id": "acct_northwind",
            "object": "account",
            "charges_enabled": self.charges_enabled,
            "settings": {"dashboard": {"display_name": "Northwind"}},
        }

    def _new(self, prefix: str, kind: str, **values: Any) -> dict[str, Any]:
        number = next(self._ids)
        made = {
            "id": f"{prefix}_{number:014d}",
            "object": kind,
            "created": int(system_now().timestamp()),
            "livemode": self.livemode,
            **values,
        }
        self.objects[made["id"]] = made
        return made

    def _find(self, kind: str, reference: str) -> dict[str, Any]:
        found = self.objects.get(reference)
        if found is None or found["object"] != kind:
            raise Refusal(404, MISTAKE, "resource_missing", f"No such {kind}: '{reference}'")
        return found

    def _expanded(self, found: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
        made = dict(found)
        for path in params.get("expand", []):
            made = movements.expanded(self, made, path)
        return made

    def _listed(
        self, url: str, rows: list[dict[str, Any]], params: dict[str, Any]
    ) -> dict[str, Any]:
        rows = sorted(rows, key=lambda row: str(row["id"]), reverse=True)
        after = params.get("starting_after")
        if after:
            rows = rows[[row["id"] for row in rows].index(after) + 1 :]
        limit = min(int(params.get("limit", 10)), 100)
        return {
            "object": "list",
            "url": url,
            "data": rows[:limit],
            "has_more": len(rows) > limit,
        }

    def _list_balance_transaction(self, params: dict[str, Any]) -> dict[str, Any]:
        known_only(params, "created", "payout", "limit", "starting_after", "expand")
        return movements.listed_movements(self, params)

    def _list_payout(self, params: dict[str, Any]) -> dict[str, Any]:
        known_only(params, "created", "limit", "starting_after")
        rows = [row for row in self.objects.values() if row["object"] == "payout"]
        return self._listed("/v1/payouts", rows, params)
