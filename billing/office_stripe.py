"""What billing adds to the page of a connection to Stripe, and where its differences lead."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.models import GatewayBooks
from billing.providers.payments.base import PAYMENTS
from billing.providers.payments.stripe.access import STRIPE
from billing.services.reconciliation import (
    COMPARE,
    STRIPE_COMPARE,
    comparison_start,
    differences_open,
    is_comparable,
)
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.operations import Operation, OperationState


def difference_page(item: AttentionItem) -> str:
    """Return the page of what a difference is about: a row of ours, or a copy that has none."""
    return reverse(f"admin:{item.subject_type.replace('.', '_')}_change", args=[item.subject_id])


def books_part(connection: ProviderConnection) -> Mapping[str, Any] | None:
    """Return how the last comparison of a connection ended; None where there is none to be had."""
    if (connection.kind, connection.backend) != (PAYMENTS, STRIPE):
        return None
    runs = Operation.objects.filter(kind=STRIPE_COMPARE, connection=connection)
    last = runs.order_by("-pk").first()
    is_well = last is None or last.state == OperationState.SUCCEEDED
    return {
        "books": GatewayBooks.objects.filter(connection=connection).first(),
        "differences": differences_open(connection),
        "trouble": "" if is_well else f"{last.get_state_display()}: {last.error_message}",
    }


def _compared(actor: Actor, row: ProviderConnection, values: Mapping[str, Any]) -> str:
    comparison_start(actor=actor, connection=row)
    return _t("The comparison has begun; look at this page again in a moment.")


COMPARE_ACT = Act(
    name="compare",
    label=_("Compare with Stripe"),
    permission=COMPARE,
    run=_compared,
    applies=is_comparable,
)
