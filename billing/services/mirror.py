"""The mirror: what Stripe says of our payments, beside our own rows. No money depends on it."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.models import (
    GatewayCustomer,
    GatewayEvent,
    MirroredObject,
    Payment,
    PaymentMethod,
    Refund,
)
from billing.providers.payments.stripe.copies import kind_of
from billing.providers.payments.stripe.receipts import OUR_KEY
from billing.services.gateway_outcomes import id_in_key
from billing.services.mirror_rows import NotCopied, account_write, row_write
from ispplatform.core.actors import Actor
from ispplatform.core.borders import alone
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.operations import operation_start
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import across_tenants

logger = logging.getLogger(__name__)

STRIPE_COPY = "billing.stripe_copy"
MIRROR = Actor.system("mirror of Stripe")
Copies = Iterable[Mapping[str, Any]]
_OF_A_CHARGE = frozenset({"payment_intent", "charge", "refund", "dispute"})


def mirror_request(*, event: GatewayEvent) -> None:
    """Have the object of a notice copied, in the caller's transaction; others are not copied.

    What fails here fails by itself: the caller's money is settled all the same, and the nightly
    comparison copies what is missing.
    """
    if kind_of(event.reference):
        alone(partial(_request, event), failed=logger.warning, otherwise=None)


@transaction.atomic
def _request(event: GatewayEvent) -> None:
    row, _ = MirroredObject.objects.get_or_create(
        connection_id=event.connection_id,
        reference=event.reference,
        defaults={"kind": kind_of(event.reference)},
    )
    operation_start(
        kind=STRIPE_COPY,
        key=f"{event.pk}:{event.retries_count}",
        subject=subject_of(row),
        actor=MIRROR,
        connection=event.connection,
    )


def mirror_write(
    *,
    connection: ProviderConnection,
    account: Mapping[str, Any],
    copies: Copies,
    read_at: datetime,
    payouts: Mapping[str, str] | None = None,
) -> set[str]:
    """Keep what was read of a connection's account; return the ids of what is not ours.

    Args:
        copies: those that others point at first.
        read_at: when the reading began.
        payouts: of movements, the payout that they were paid out with.

    The account may serve another shop too: its payments are none of our business.
    """
    wanted = list(copies)
    theirs = _of_another_shop(connection.pk, wanted)
    with transaction.atomic():
        owner = account_write(account)
        for copy in wanted:
            if copy["id"] not in theirs:
                _keep(connection, owner, copy, read_at, (payouts or {}).get(copy["id"], ""))
    return theirs


def mirror_missing(
    *, connection: ProviderConnection, reference: str, sentence: str, read_at: datetime
) -> None:
    """Keep that Stripe gave no answer about an object, and why."""
    MirroredObject.objects.update_or_create(
        connection=connection,
        reference=reference,
        defaults={"failure": sentence[:300], "read_at": read_at},
        create_defaults={
            "failure": sentence[:300],
            "read_at": read_at,
            "kind": kind_of(reference),
            "charge_reference": reference if kind_of(reference) == "payment_intent" else "",
        },
    )


def _keep(
    connection: ProviderConnection,
    owner: str,
    copy: Mapping[str, Any],
    read_at: datetime,
    payout: str,
) -> None:
    failure = ""
    try:
        row_write(copy, account=owner)
    except NotCopied as refused:
        failure = str(refused)
    more = {"payout_reference": payout} if payout else {}
    MirroredObject.objects.update_or_create(
        connection=connection,
        reference=copy["id"],
        defaults={
            "kind": copy["object"],
            "account": owner,
            "charge_reference": _charge_of(copy),
            "read_at": read_at,
            "failure": failure,
            **more,
        },
    )


def _charge_of(copy: Mapping[str, Any]) -> str:
    if copy["object"] == "payment_intent":
        return str(copy["id"])
    return str(copy.get("payment_intent") or "")


def _of_another_shop(connection_id: UUID, copies: list[Mapping[str, Any]]) -> set[str]:
    """Return the ids of what belongs to payments and customers that are not ours."""
    about_money = [copy for copy in copies if copy["object"] in _OF_A_CHARGE]
    ours = _marked(connection_id, about_money) | _known(
        connection_id, {_charge_of(copy) for copy in about_money} - {""}
    )
    foreign = {str(copy["id"]) for copy in about_money if _charge_of(copy) not in ours}
    foreign |= _strangers(connection_id, copies)
    moved = (copy for copy in copies if copy["object"] == "balance_transaction")
    return foreign | {str(copy["id"]) for copy in moved if copy.get("source") in foreign}


def _marked(connection_id: UUID, copies: list[Mapping[str, Any]]) -> set[str]:
    """Return the payments that carry our key, but for those of another connection or company."""
    keys = [(_charge_of(copy), (copy.get("metadata") or {}).get(OUR_KEY)) for copy in copies]
    made = [(charge, id_in_key(key)) for charge, key in keys if key]
    ids = {row_id for _, row_id in made if row_id}
    with across_tenants("companies at one account of Stripe do not see each other's payments"):
        payments = Payment.objects.filter(pk__in=ids).exclude(connection_id=connection_id)
        refunds = Refund.objects.filter(pk__in=ids).exclude(payment__connection_id=connection_id)
        others = {*payments.values_list("pk", flat=True), *refunds.values_list("pk", flat=True)}
    elsewhere = {charge for charge, row_id in made if row_id in others}
    return {charge for charge, _ in made} - elsewhere


def _strangers(connection_id: UUID, copies: list[Mapping[str, Any]]) -> set[str]:
    """Return the ids of customers, and of their cards, that are not ours."""
    people = {_person_of(copy) for copy in copies} - {""}
    known = GatewayCustomer.objects.filter(connection_id=connection_id, reference__in=people)
    ours = set(known.values_list("reference", flat=True))
    cards = PaymentMethod.objects.filter(
        connection_id=connection_id, gateway_reference__in=[copy["id"] for copy in copies]
    )
    kept = set(cards.values_list("gateway_reference", flat=True))
    personal = (copy for copy in copies if copy["object"] in {"customer", "payment_method"})
    return {str(copy["id"]) for copy in personal if _person_of(copy) not in ours} - kept


def _person_of(copy: Mapping[str, Any]) -> str:
    if copy["object"] == "customer":
        return str(copy["id"])
    return str(copy.get("customer") or "") if copy["object"] == "payment_method" else ""


def _known(connection_id: UUID, charges: set[str]) -> set[str]:
    """Return those payments at the gateway that rows of ours name."""
    payments = Payment.objects.filter(connection_id=connection_id, gateway_reference__in=charges)
    return set(payments.values_list("gateway_reference", flat=True))
