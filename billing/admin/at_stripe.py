"""What Stripe says beside our own rows; and the copies themselves, for the operator.

The copies have no tenant: a company's staff see them on the pages of their own rows only.
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from djstripe.models import Account

from billing.models import MirroredObject
from billing.selectors.mirror import at_stripe
from billing.services.mirror_rows import MODEL_OF
from ispplatform.core.admin.base import OperatorAdmin, ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import age_column


class AtStripeAdmin(ReadOnlyTenantAdmin):
    """Rows of ours that Stripe has a counterpart of: their page shows it."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context["row_foot"] = "billing/admin/at_stripe.html"
            context["at_stripe"] = at_stripe(row)
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(MirroredObject)
class MirroredObjectAdmin(ReadOnlyTenantAdmin):
    """Which of Stripe's objects a company's connections have copied."""

    nothing_yet = _("What Stripe says about our payments is copied here every night.")
    permission_resource = "payments"
    list_display = (
        "reference",
        "kind",
        "connection",
        "charge_reference",
        "failure",
        age_column("read_at", label=_("copied")),
    )
    list_select_related = ("connection",)
    list_filter: ClassVar[Any] = ("kind", "connection")
    search_fields = ("reference", "charge_reference")
    ordering = ("-id",)


class StripeRowAdmin(OperatorAdmin):
    """A kind of copy, as it came: only the installation's operator sees them raw."""

    list_display = ("id", "djstripe_owner_account", "livemode", "created", "djstripe_updated")
    search_fields = ("id",)
    ordering = ("-djstripe_id",)


for copied in (Account, *MODEL_OF.values()):
    admin.site.register(copied, StripeRowAdmin)
