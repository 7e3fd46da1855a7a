"""Writing dj-stripe's rows from plain values, without letting it talk to Stripe.

dj-stripe would fetch what it lacks and keep the key that it was given. It is given none: each
object comes with the account that it belongs to, and points only at rows that are there.
"""

from collections.abc import Mapping
from typing import Any, cast

from django.db.models import ForeignKey
from djstripe.models import (
    Account,
    BalanceTransaction,
    Charge,
    Customer,
    Dispute,
    PaymentIntent,
    PaymentMethod,
    Payout,
    Refund,
    StripeModel,
)

MODEL_OF: dict[str, type[StripeModel]] = {
    "customer": Customer,
    "payment_method": PaymentMethod,
    "balance_transaction": BalanceTransaction,
    "payment_intent": PaymentIntent,
    "charge": Charge,
    "refund": Refund,
    "dispute": Dispute,
    "payout": Payout,
}
# Required by dj-stripe where Stripe may leave them out.
_BASE: dict[str, dict[str, Any]] = {
    "customer": {"metadata": {}, "invoice_settings": {}},
    "dispute": {"balance_transactions": []},
}


class NotCopied(Exception):
    """An object cannot be kept; says why."""


class _Owned(dict[str, Any]):
    """An object with its account, in the way in which dj-stripe looks for it."""

    stripe_account: str


def account_write(copy: Mapping[str, Any]) -> str:
    """Keep an account and return its id."""
    reference = str(copy["id"])
    row, is_new = Account.objects.get_or_create(id=reference, defaults={"stripe_data": dict(copy)})
    if not is_new and row.stripe_data != copy:
        Account.objects.filter(pk=row.pk).update(stripe_data=dict(copy))
    return reference


def row_write(copy: Mapping[str, Any], *, account: str) -> None:
    """Keep an object as it stands now; what is unchanged is not written.

    Raises:
        NotCopied: it is kept as another account's already, or what it needs is not there.
    """
    kind, reference = str(copy["object"]), str(copy["id"])
    model = MODEL_OF[kind]
    kept = model.objects.filter(id=reference).first()
    if kept is not None and kept.djstripe_owner_account_id != account:
        raise NotCopied("The mirror has it as another account's.")
    if kept is not None and kept.stripe_data == copy:
        return
    given = _Owned(_linked(model, {**_BASE.get(kind, {}), **copy}, account))
    given.stripe_account = account
    if kind == "dispute":
        given["balance_transactions"] = []  # they are copied by themselves
    row = cast(StripeModel, model.sync_from_stripe_data(given))
    model.objects.filter(pk=row.pk).update(stripe_data=dict(copy))


def _linked(model: type[StripeModel], values: dict[str, Any], account: str) -> dict[str, Any]:
    """Return values that point at rows of this account only; a link into nowhere is left out."""
    made = dict(values)
    for field in model._meta.local_fields:
        pointed = made.get(field.name)
        if not isinstance(field, ForeignKey) or not pointed:
            continue
        if not _is_there(field.related_model, pointed, account):
            if not field.null:
                raise NotCopied(f"{pointed}, which it belongs to, is not copied.")
            del made[field.name]
    if isinstance(made.get("source"), Mapping):  # of a movement: an object that is not copied
        made["source"] = made["source"].get("id", "")
    return made


def _is_there(target: Any, reference: Any, account: str) -> bool:
    if target not in MODEL_OF.values() or not isinstance(reference, str):
        return False
    rows = target.objects.filter(id=reference, djstripe_owner_account_id=account)
    return bool(rows.exists())
