"""Copying from Stripe and comparing with it: operations that only read there."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from billing.models import MirroredObject
from billing.providers.payments.base import PAYMENTS
from billing.providers.payments.stripe import StripeGateway
from billing.providers.payments.stripe.books import Movements, StripeBooks, is_unknown
from billing.services.mirror import STRIPE_COPY, mirror_missing, mirror_write
from billing.services.reconciliation import (
    STRIPE_COMPARE,
    comparison_replaces,
    comparison_settle,
    references_to_compare,
)
from ispplatform.core.clock import system_now
from ispplatform.core.errors import ProviderError, ProviderRejected
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations import Guarantee, OperationCall, OperationKind, Receipt

# What was settled here may have been begun earlier there.
EARLIER = timedelta(days=1)


class StripeCopyKind(OperationKind):
    """Copy an object of Stripe, and what it points at, as they stand now."""

    name = STRIPE_COPY
    label = "Copy from Stripe"
    guarantee = Guarantee.CONVERGENT
    in_order = True
    connection_kind = PAYMENTS
    is_urgent = False
    opens_circuit = False
    refusal_needs_person = False  # its row says why, and the comparison is refused as well

    def is_still_wanted(self, operation: Operation) -> bool:
        """Tell whether nobody has read it since this was decided."""
        row = _object(operation)
        return row.read_at is None or row.read_at < operation.created_at

    def call(self, call: OperationCall) -> Receipt:
        read_at = system_now()
        reference = _object(call.operation).reference
        books = _books(call)
        data = {
            "account": books.account(),
            "copies": books.read(reference),
            "read_at": read_at.isoformat(),
        }
        return Receipt(reference=reference, data=data)

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        mirror_write(
            connection=_connection(operation),
            account=receipt.data["account"],
            copies=receipt.data["copies"],
            read_at=datetime.fromisoformat(receipt.data["read_at"]),
        )

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        mirror_missing(
            connection=_connection(operation),
            reference=_object(operation).reference,
            sentence=error.message,
            read_at=system_now(),
        )


class StripeCompareKind(OperationKind):
    """Copy the movements of Stripe's balance and hold our books against them."""

    name = STRIPE_COMPARE
    label = "Compare with Stripe"
    guarantee = Guarantee.CONVERGENT
    in_order = True
    connection_kind = PAYMENTS
    call_deadline_seconds = 240.0
    lease_seconds = 600.0
    is_urgent = False
    opens_circuit = False

    def call(self, call: OperationCall) -> Receipt:
        read_at = system_now()
        connection, books = _connection(call.operation), _books(call)
        since = datetime.fromisoformat(call.operation.params["since"])
        copying = _Copying(connection, books, read_at)
        copying.movements(since=since - EARLIER)
        copying.payouts(since=since - EARLIER)
        copying.what_is_left(since=since)
        return Receipt(
            data={
                "read_at": read_at.isoformat(),
                "movements": copying.movements_count,
                "others": copying.others_count,
            }
        )

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        comparison_settle(
            _connection(operation),
            since=datetime.fromisoformat(operation.params["since"]),
            read_at=datetime.fromisoformat(receipt.data["read_at"]),
            movements=receipt.data["movements"],
            others=receipt.data["others"],
        )
        comparison_replaces(operation)

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        comparison_replaces(operation)

    def stuck(self, operation: Operation, error: ProviderError) -> None:
        comparison_replaces(operation)


class _Copying:
    """One run: page by page into the mirror, so that nothing is held in memory."""

    def __init__(
        self, connection: ProviderConnection, books: StripeBooks, read_at: datetime
    ) -> None:
        self._connection, self._stripe, self._read_at = connection, books, read_at
        self._account = books.account()
        self.movements_count = self.others_count = 0

    def movements(self, *, since: datetime) -> None:
        for page in self._stripe.movements(since=since):
            self.movements_count += len(page.references)
            self.others_count += self._others(page)

    def payouts(self, *, since: datetime) -> None:
        payouts = self._stripe.payouts(since=since)
        self._write(payouts)
        for payout in payouts:
            if payout["object"] == "payout" and payout.get("automatic"):
                for page in self._stripe.movements_of_payout(payout["id"]):
                    self._write(page.copies, dict.fromkeys(page.references, payout["id"]))

    def what_is_left(self, *, since: datetime) -> None:
        """Ask one by one for what is compared and was in no list."""
        for reference in self._left(since):
            try:
                self._write(self._stripe.read(reference))
            except ProviderRejected as refused:
                if not is_unknown(refused):
                    raise
                mirror_missing(
                    connection=self._connection,
                    reference=reference,
                    sentence="Stripe does not know it.",
                    read_at=self._read_at,
                )

    def _left(self, since: datetime) -> Iterator[str]:
        wanted = references_to_compare(self._connection, since=since, read_at=self._read_at)
        read = MirroredObject.objects.filter(
            connection=self._connection, read_at__gte=self._read_at, failure=""
        )
        known = {
            name
            for kind, *names in read.values_list("kind", "reference", "charge_reference")
            for name in (names if kind == "charge" else names[:1])
        }
        for references in wanted.values():
            yield from sorted(references - known)

    def _others(self, page: Movements) -> int:
        return len(self._write(page.copies) & set(page.references))

    def _write(
        self, copies: list[dict[str, Any]], payouts: Mapping[str, str] | None = None
    ) -> set[str]:
        return mirror_write(
            connection=self._connection,
            account=self._account,
            copies=copies,
            read_at=self._read_at,
            payouts=payouts,
        )


def _books(call: OperationCall) -> StripeBooks:
    gateway = call.provider
    if not isinstance(gateway, StripeGateway):
        raise ProviderRejected("This connection is not one to Stripe.")
    return gateway.books


def _object(operation: Operation) -> MirroredObject:
    return MirroredObject.objects.get(pk=operation.subject_id)


def _connection(operation: Operation) -> ProviderConnection:
    if operation.connection is None:
        raise ProviderRejected("This operation has no connection.")
    return operation.connection
