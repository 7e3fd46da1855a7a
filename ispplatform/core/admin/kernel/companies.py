"""Companies and the host names they answer at: the installation's operator sees all of them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.base import OperatorAdmin, ReadOnlyInline
from ispplatform.core.admin.columns import toned_column
from ispplatform.core.models import Tenant, TenantHost
from ispplatform.core.pages.statuses import Tone


class TenantHostInline(ReadOnlyInline):
    model = TenantHost
    ordering = ("host",)
    fields = ("host",)


@admin.register(Tenant)
class TenantAdminPage(OperatorAdmin):
    """The companies of the installation; they are made by a command, and set up on *Settings*."""

    list_display = (
        "name",
        "slug",
        toned_column("mode", {"live": Tone.GOOD, "sandbox": Tone.WARN}, label=_("mode")),
        "country",
        "currency",
        "base_url",
        "is_default",
    )
    search_fields = ("name", "slug", "legal_name")
    list_filter = ("mode", "country")
    inlines = (TenantHostInline,)
