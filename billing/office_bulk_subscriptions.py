"""Subscriptions in bulk: renew them or let them run out, end them with what is paid."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.models import Subscription
from billing.office_auto_renew import AutoRenewActs
from billing.services.subscriptions import is_over, subscription_cancel, subscription_change
from ispplatform.core.actors import Actor
from ispplatform.core.bulk import BULK_ACTS, BulkAct, Done, Terms
from ispplatform.core.bulk.acts import Reasons, Rows
from ispplatform.core.money import Money

MODEL = "billing.subscription"
SEE = "subscriptions:read"
CHANGE = "subscriptions:update"
OVER = _("It was cancelled before.")


def _rows(ids: Collection[UUID]) -> QuerySet[Subscription]:
    return Subscription.objects.filter(pk__in=ids).select_related("price")


def _renewals(rows: Rows) -> dict[UUID, Money]:
    return {row.pk: row.renews_at for row in rows}


def _over(rows: Rows, terms: Terms) -> Reasons:
    return {row.pk: str(OVER) for row in rows if is_over(row)}


def _switch(actor: Actor, row: Subscription, auto_renew: bool) -> Subscription:
    return subscription_change(actor=actor, subscription_id=row.pk, auto_renew=auto_renew)


def _cancelled(actor: Actor, row: Subscription, terms: Terms) -> Done:
    changed = subscription_cancel(actor=actor, subscription_id=row.pk, reason=terms.reason)
    return Done(sentence=gettext("It ends on %(day)s.") % {"day": changed.ends_on})


AutoRenewActs(
    model=MODEL,
    names=("billing.subscriptions_renew", "billing.subscriptions_run_out"),
    see=SEE,
    change=CHANGE,
    rows=_rows,
    stakes=_renewals,
    impossible=_over,
    switch=_switch,
    explanations=(
        _("The next period of each is invoiced in time."),
        _("No further period is invoiced, unless a contract binds for longer."),
    ),
).fill()
BULK_ACTS.fill(
    BulkAct(
        name="billing.subscriptions_cancel",
        model=MODEL,
        label=_("Cancel to the end of the period"),
        permission=CHANGE,
        see=SEE,
        run=_cancelled,
        rows=_rows,
        refusals=_over,
        stakes=_renewals,
        needs_reason=True,
        explanation=_(
            "Each runs to the end of what is paid. Who is bound for longer is refused. That cannot "
            "be taken back."
        ),
        tone="danger",
    )
)
