"""What the kernel shows on the home page of the back office."""

from typing import Any

from django.db.models import Count, Window
from django.urls import reverse

from ispplatform.core.actors import Actor
from ispplatform.core.admin.owners import with_owner_names
from ispplatform.core.attention.kinds import attention_kinds
from ispplatform.core.attention.selectors import attention_items_open
from ispplatform.core.attention.services import MANAGE
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.operations.selectors import automation_truth_line
from ispplatform.core.providers.selectors import connections_overview

ROWS_SHOWN = 10


def truth(tenant: Tenant, actor: Actor) -> dict[str, Any]:
    """Return the one line of truth; two queries."""
    return {"truth": automation_truth_line()}


def needs_a_person(tenant: Tenant, actor: Actor) -> dict[str, Any]:
    """Return the oldest open rows and how many there are; one query."""
    rows = with_owner_names(attention_items_open()).annotate(open_count=Window(Count("pk")))
    shown = list(rows.order_by("opened_at")[:ROWS_SHOWN])
    return {
        "rows": [_line(row) for row in shown],
        "count": shown[0].open_count if shown else 0,
        "may_manage": actor.can(MANAGE),
        "all_url": f"{reverse('admin:core_attentionitem_changelist')}?state=now",
    }


def _line(row: AttentionItem) -> dict[str, Any]:
    kind = attention_kinds.get(row.kind)
    return {
        "row": row,
        "label": kind.label if kind is not None else row.kind,
        "button": kind.button if kind is not None else "",
        "url": kind.url(row) if kind is not None else "",
        "take_url": reverse("admin:core_attentionitem_act", args=[row.pk, "take"]),
        "snooze_url": reverse("admin:core_attentionitem_act", args=[row.pk, "snooze"]),
    }


def connections(tenant: Tenant, actor: Actor) -> dict[str, Any]:
    """Return the provider connections; one query."""
    return {
        "connections": list(connections_overview()),
        "add_url": reverse("admin:connection_add"),
        "may_manage": actor.can("connections:manage"),
    }
