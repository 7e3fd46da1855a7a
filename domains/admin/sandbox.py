"""What the sandbox registrar and the sandbox DNS server remember."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from domains.models import (
    SandboxRecordSet,
    SandboxRegistrarEntry,
    SandboxRegistration,
    SandboxZone,
)
from ispplatform.core.admin.base import ReadOnlyInline, ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import money_column


@admin.register(SandboxRegistration)
class SandboxRegistrationAdmin(ReadOnlyTenantAdmin):
    """Names at the sandbox registrar."""

    nothing_yet = _("What the sandbox registrar has registered stands here.")
    permission_resource = "domains"
    list_display = ("name", "connection", "registered_at", "expires_at", "is_locked")
    list_select_related = ("connection",)
    search_fields = ("=name",)
    searched_exactly = ("name",)
    ordering = ("-id",)


@admin.register(SandboxRegistrarEntry)
class SandboxRegistrarEntryAdmin(ReadOnlyTenantAdmin):
    """What the sandbox registrar charged."""

    nothing_yet = _("What the sandbox registrar charged stands here.")
    permission_resource = "domains"
    list_display = ("name", "act", "years", money_column("amount", label=_("amount")), "created_at")
    list_filter = ("act",)
    search_fields = ("=name",)
    searched_exactly = ("name",)
    ordering = ("-id",)


class RecordSetInline(ReadOnlyInline):
    """What is served."""

    model = SandboxRecordSet
    fields = ("name", "type", "ttl", "contents")
    readonly_fields = fields
    ordering = ("name", "type")
    per_page = 50


@admin.register(SandboxZone)
class SandboxZoneAdmin(ReadOnlyTenantAdmin):
    """Zones at the sandbox DNS server."""

    nothing_yet = _("What the sandbox's name server serves stands here.")
    permission_resource = "dns"
    inlines = (RecordSetInline,)
    list_display = ("name", "connection", "serial", "owner_mark")
    list_select_related = ("connection",)
    search_fields = ("=name",)
    searched_exactly = ("name",)
    ordering = ("-id",)


@admin.register(SandboxRecordSet)
class SandboxRecordSetAdmin(ReadOnlyTenantAdmin):
    """What the sandbox DNS server answers."""

    nothing_yet = _("The records that the sandbox's name server serves stand here.")
    permission_resource = "dns"
    list_display = ("name", "type", "ttl", "contents", "zone")
    list_filter = ("type",)
    list_select_related = ("zone",)
    search_fields = ("=name",)
    searched_exactly = ("name",)
    ordering = ("-id",)
