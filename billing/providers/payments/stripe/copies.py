"""Stripe's objects as plain values that may be kept: flat, in order, without secrets or persons."""

from collections.abc import Iterable, Mapping
from typing import Any

# What is copied, each after what it points at.
COPIED = (
    "customer",
    "payment_method",
    "balance_transaction",
    "payment_intent",
    "charge",
    "refund",
    "dispute",
    "payout",
)
# By the beginning of an id.
KIND_OF = {
    "pi": "payment_intent",
    "ch": "charge",
    "py": "charge",
    "re": "refund",
    "pyr": "refund",
    "dp": "dispute",
    "du": "dispute",
    "po": "payout",
    "cus": "customer",
    "pm": "payment_method",
}
# Left out wherever it stands: what would let somebody act, and what is about a person.
LEFT_OUT = frozenset(
    {
        "address",
        "billing_details",
        "business_profile",
        "card",
        "client_secret",
        "company",
        "customer_email",
        "email",
        "evidence",
        "individual",
        "last_payment_error",
        "ip",
        "name",
        "next_action",
        "payer_email",
        "payer_name",
        "payment_method_details",
        "phone",
        "receipt_email",
        "receipt_url",
        "refunds",
        "settings",
        "shipping",
        "sources",
        "subscriptions",
        "support_email",
        "tax_ids",
        "tos_acceptance",
    }
)


def kind_of(reference: str) -> str:
    """Return what an id of Stripe's names; empty for what is not copied."""
    return KIND_OF.get(reference.partition("_")[0], "")


def copies_of(things: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each object that is copied once, those that others point at first.

    Two readers write the same objects in the same order, so that neither waits for the other.
    """
    found: dict[str, dict[str, Any]] = {}
    for thing in things:
        _flattened(thing, found)
    return sorted(found.values(), key=lambda copy: (COPIED.index(copy["object"]), copy["id"]))


def account_copy(account: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of an account: which one it is, and where."""
    kept = ("id", "object", "country", "default_currency", "type")
    return {name: account[name] for name in kept if account.get(name) is not None}


def _flattened(value: Any, found: dict[str, dict[str, Any]]) -> Any:
    """Return a value in which each object that is copied is its id, the objects being in found."""
    if isinstance(value, list):
        return [_flattened(item, found) for item in value]
    if not isinstance(value, Mapping):
        return value
    made = {name: _flattened(item, found) for name, item in value.items() if name not in LEFT_OUT}
    reference = value.get("id")
    if value.get("object") not in COPIED or not isinstance(reference, str):
        return made
    found[reference] = made
    return reference
