"""What bulk acts plug into the kernel."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ispplatform.core.attention import AttentionKind, attention_kinds
from ispplatform.core.bulk import tasks
from ispplatform.core.bulk.working import STOPPED
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.permissions import declare_permissions

__all__ = ["tasks"]

declare_permissions(
    ("bulk_runs:read", "See bulk acts", "support", "billing", "sales", "operator"),
)


def _run_page(item: AttentionItem) -> str:
    return reverse("admin:core_bulkrun_change", args=[item.subject_id])


attention_kinds.fill(
    AttentionKind(
        name=STOPPED,
        label=_("Bulk act that stopped"),
        button=_("Open bulk act"),
        advice=_("Let it go on with your own rights, or end it where it stands."),
        url=_run_page,
    )
)
