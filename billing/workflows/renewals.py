"""The renewal run: what is due is invoiced once, whatever has stood still or crashed before.

Every chunk is a transaction of its own. One that fails is done again customer by customer, so that
whoever cannot be billed is left out, stands before a person and is tried again by the next run.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from itertools import groupby
from uuid import UUID

from billing.selectors.renewals import (
    periods_to_begin,
    run_day,
    subscriptions_to_end,
    subscriptions_to_invoice,
)
from billing.services.attention import renewal_failed, renewals_failed_settled
from billing.services.renewals import periods_begin, renewals_invoice, subscriptions_end
from ispplatform.core.actors import Actor
from ispplatform.core.borders import alone, pass_on
from ispplatform.core.models.tenants import Tenant

logger = logging.getLogger(__name__)

CHUNK = 100  # subscriptions in one transaction; a customer's are never parted
RENEWALS = Actor.system("renewals")
Owned = tuple[UUID, UUID]  # (customer, row)
Do = Callable[[list[UUID]], int]


def renewals_run(tenant: Tenant) -> int:
    """Invoice, begin and end what is due by today's run or an earlier one that was missed.

    Call it inside the tenant, outside any transaction.

    Returns:
        How many invoices, begun periods and ended subscriptions there were; 0 when called again.
    """
    on = run_day(tenant)
    failed: dict[UUID, str] = {}
    done = 0
    while count := _invoiced(tenant, on, failed):  # a period each time, until all are caught up
        done += count
    begin = periods_to_begin(on=on).values_list("subscription__customer_id", "pk")
    done += _in_chunks(
        begin.order_by("subscription__customer_id", "period_start"),
        partial(_begun, on),
        failed,
    )
    end = subscriptions_to_end(on=on).values_list("customer_id", "pk")
    done += _in_chunks(end.order_by("customer_id", "pk"), partial(_ended, on), failed)
    renewals_failed_settled(still=failed.keys())
    return done


def _invoiced(tenant: Tenant, on: date, failed: dict[UUID, str]) -> int:
    due = subscriptions_to_invoice(tenant, on=on).exclude(customer_id__in=list(failed))
    rows = due.order_by("customer_id", "pk").values_list("customer_id", "pk")

    def invoice(ids: list[UUID]) -> int:
        return renewals_invoice(actor=RENEWALS, subscription_ids=ids, on=on)

    return _in_chunks(rows, invoice, failed)


def _begun(on: date, ids: list[UUID]) -> int:
    return periods_begin(actor=RENEWALS, period_ids=ids, on=on)


def _ended(on: date, ids: list[UUID]) -> int:
    return subscriptions_end(actor=RENEWALS, subscription_ids=ids, on=on)


def _in_chunks(rows: Iterable[Owned], do: Do, failed: dict[UUID, str]) -> int:
    """Do the rows of each customer together, some customers at once; note who could not be done."""
    done = 0
    for customers in _chunks(list(rows)):
        try:
            done += do([row_id for _, ids in customers for row_id in ids])
        except Exception as error:  # somebody in it cannot be done: the others can, one by one
            pass_on(error)
            logger.info("A chunk of renewals failed and is done customer by customer.")
            for customer_id, ids in customers:
                done += _alone(customer_id, ids, do, failed)
    return done


def _chunks(rows: Sequence[Owned]) -> Iterable[list[tuple[UUID, list[UUID]]]]:
    chunk: list[tuple[UUID, list[UUID]]] = []
    size = 0
    for customer_id, own in groupby(rows, key=lambda row: row[0]):
        ids = [row_id for _, row_id in own]
        if chunk and size + len(ids) > CHUNK:
            yield chunk
            chunk, size = [], 0
        chunk.append((customer_id, ids))
        size += len(ids)
    if chunk:
        yield chunk


def _alone(customer_id: UUID, ids: list[UUID], do: Do, failed: dict[UUID, str]) -> int:
    def tell(reason: str) -> None:
        failed[customer_id] = reason
        renewal_failed(customer_id, reason=reason)

    return alone(lambda: do(ids), failed=tell, otherwise=0)
