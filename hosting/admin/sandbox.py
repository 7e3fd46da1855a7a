"""What the sandbox panel remembers."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from hosting.models import SandboxPanelAccount, SandboxPanelMailbox
from ispplatform.core.admin.base import ReadOnlyTenantAdmin


@admin.register(SandboxPanelAccount)
class SandboxPanelAccountAdmin(ReadOnlyTenantAdmin):
    """Accounts on the sandbox panel."""

    nothing_yet = _("What the sandbox panel has set up stands here.")
    permission_resource = "hosting"
    exclude = ("password_digest",)
    list_display = ("username", "domain", "package", "is_suspended", "connection")
    list_select_related = ("connection",)
    search_fields = ("=username", "=domain")
    searched_exactly = ("username", "domain")
    ordering = ("-id",)


@admin.register(SandboxPanelMailbox)
class SandboxPanelMailboxAdmin(ReadOnlyTenantAdmin):
    """Mailboxes on the sandbox panel."""

    nothing_yet = _("The mailboxes of the sandbox panel stand here.")
    permission_resource = "mailboxes"
    exclude = ("password_digest",)
    list_display = ("address", "account", "is_suspended")
    list_select_related = ("account",)
    search_fields = ("=address",)
    searched_exactly = ("address",)
    ordering = ("-id",)
