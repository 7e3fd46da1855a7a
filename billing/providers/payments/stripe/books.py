"""What Stripe's own books say: objects one by one, and every movement of its balance.

Nothing here changes anything at Stripe. A key that may not read something is an answer: it must
not look like an outage, which would hold charges up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing.providers.payments.stripe.copies import account_copy, copies_of, kind_of
from billing.providers.payments.stripe.transport import probing
from ispplatform.core.errors import ProviderRejected

PAGE = 100  # the most that one list of Stripe's holds
_CHARGE = ["balance_transaction"]
# Source: https://docs.stripe.com/api/expanding_objects (at most four levels deep).
_EXPANDED = {
    "payment_intent": ["customer", "payment_method", "latest_charge.balance_transaction"],
    "charge": _CHARGE,
    "refund": ["balance_transaction", "charge.balance_transaction", "payment_intent"],
    "dispute": ["charge.balance_transaction", "payment_intent"],
    "payout": ["balance_transaction"],
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Movements:
    """One page of movements of the balance.

    Args:
        copies: the movements, and the charges, refunds, disputes and payouts behind them.
        references: the ids of the movements alone.
    """

    copies: list[dict[str, Any]]
    references: list[str]


class StripeBooks:
    """Reads one account."""

    def __init__(self, v1: Any) -> None:
        self._v1 = v1

    def account(self) -> dict[str, Any]:
        """Return which account this is."""
        with probing():
            return account_copy(self._v1.accounts.retrieve_current().to_dict())

    def read(self, reference: str) -> list[dict[str, Any]]:
        """Return an object and what it points at, as they stand now.

        Raises:
            ProviderRejected: Stripe knows no such object, or the key may not read it.
            ProviderUnavailable: Stripe does not answer.
        """
        kind = kind_of(reference)
        service = getattr(self._v1, f"{kind}s", None)
        if not kind or service is None:
            raise ProviderRejected("Objects of this kind are not copied.", reason="not_copied")
        with probing():
            thing = service.retrieve(reference, {"expand": _EXPANDED.get(kind, [])})
        return copies_of([thing.to_dict()])

    def movements(self, *, since: datetime) -> Iterator[Movements]:
        """Yield what moved the balance since then, newest first, a page at a time."""
        yield from self._pages({"created": {"gte": int(since.timestamp())}})

    def movements_of_payout(self, reference: str) -> Iterator[Movements]:
        """Yield what a payout of Stripe's own making consists of."""
        yield from self._pages({"payout": reference})

    def payouts(self, *, since: datetime) -> list[dict[str, Any]]:
        """Return the payouts that were made since then."""
        params: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        with probing():
            found = self._v1.payouts.list(params)
            return copies_of([one.to_dict() for one in found.auto_paging_iter()])

    def _pages(self, chosen: dict[str, Any]) -> Iterator[Movements]:
        params: Any = {**chosen, "limit": PAGE, "expand": ["data.source"]}
        while True:
            with probing():
                page = self._v1.balance_transactions.list(params)
            rows = [row.to_dict() for row in page.data]
            yield Movements(copies=copies_of(rows), references=[row["id"] for row in rows])
            if not page.has_more or not rows:
                return
            params = {**params, "starting_after": rows[-1]["id"]}


def is_unknown(error: ProviderRejected) -> bool:
    """Tell whether Stripe says that there is no such object."""
    return bool(error.params.get("reason") == "resource_missing")
