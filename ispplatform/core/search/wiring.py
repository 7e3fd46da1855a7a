"""What the search plugs into the kernel."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ispplatform.core.attention import AttentionKind, attention_kinds
from ispplatform.core.search import tasks

attention_kinds.fill(
    AttentionKind(
        name=tasks.DRIFT,
        advice=_("It is mended; tell whoever looks after the platform which words had drifted."),
        label=_("Search that had lost rows"),
        button=_("Look at it"),
        url=lambda item: reverse("admin:core_attentionitem_change", args=[item.pk]),
    )
)
