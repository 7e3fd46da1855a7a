"""What of sales may need a person."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ispplatform.core.attention import AttentionKind
from ispplatform.core.models import AttentionItem

ORDER_HELD = "sales.order_held"
NOT_FOLLOWED_UP = "sales.order_not_followed_up"


def _order_page(item: AttentionItem) -> str:
    return reverse("admin:sales_order_change", args=[item.subject_id])


KINDS = (
    AttentionKind(
        name=ORDER_HELD,
        label=_("Order on hold"),
        button=_("Decide"),
        advice=_("It is paid. Accept it, and it is set up; refuse it, and the money goes back."),
        url=_order_page,
        is_urgent=True,
    ),
    AttentionKind(
        name=NOT_FOLLOWED_UP,
        label=_("Unpaid order not followed up"),
        button=_("Open order"),
        advice=_("Remind the customer or withdraw the order; it is tried again by itself."),
        url=_order_page,
        is_urgent=True,
    ),
)
