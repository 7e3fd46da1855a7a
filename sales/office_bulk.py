"""Orders in bulk: accept what is held, withdraw what is not paid."""

from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.bulk import BULK_ACTS, BulkAct, Done, Terms, only_where
from ispplatform.core.bulk.acts import Rows
from ispplatform.core.money import Money
from sales.choices import OrderStatus
from sales.models import Order
from sales.services.decisions import order_accept
from sales.services.expiry import order_cancel

MODEL = "sales.order"
SEE = "orders:read"


def _worth(rows: Rows) -> dict[UUID, Money]:
    return {row.pk: Money(row.gross, row.currency) for row in rows}


def _accepted(actor: Actor, row: Order, terms: Terms) -> Done:
    order_accept(actor=actor, order_id=row.pk, reason=terms.reason)
    return Done(sentence=gettext("The order goes on."))


def _withdrawn(actor: Actor, row: Order, terms: Terms) -> Done:
    order_cancel(actor=actor, order_id=row.pk, reason=terms.reason)
    return Done(sentence=gettext("The order is withdrawn."))


BULK_ACTS.fill(
    BulkAct(
        name="sales.orders_accept",
        model=MODEL,
        label=_("Accept"),
        permission="orders:decide",
        see=SEE,
        run=_accepted,
        refusals=only_where(
            lambda row: row.status == OrderStatus.ON_HOLD, _("It waits for no decision.")
        ),
        stakes=_worth,
        explanation=_("The services of these orders are set up now. That cannot be taken back."),
    )
)
BULK_ACTS.fill(
    BulkAct(
        name="sales.orders_cancel",
        model=MODEL,
        label=_("Withdraw"),
        permission="orders:cancel",
        see=SEE,
        run=_withdrawn,
        refusals=only_where(
            lambda row: row.status == OrderStatus.AWAITING_PAYMENT,
            _("Only an order that is not paid can be withdrawn."),
        ),
        stakes=_worth,
        needs_reason=True,
        explanation=_(
            "Money that still comes becomes the customer's credit. That cannot be taken back."
        ),
        tone="danger",
    )
)
