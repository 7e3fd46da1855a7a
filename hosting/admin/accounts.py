"""Servers and accounts."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hosting.choices import LIVE_ACCOUNT_STATUSES
from hosting.models import HostingAccount, HostingServer, HostingUsageDay
from hosting.services.accounts import read_back_start
from hosting.services.dns import account_records_lay
from hosting.services.servers import MANAGE, server_create, server_update
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.admin.base import ReadOnlyInline, ReadOnlyTenantAdmin, TenantAdmin
from ispplatform.core.admin.columns import age_column, status_column

Values = Mapping[str, Any]
SERVER_FIELDS = (
    "name",
    "hostname",
    "ipv4",
    "ipv6",
    "mail_hostname",
    "spf_include",
    "max_accounts",
    "is_open",
)


def _read_back(actor: Actor, row: HostingAccount, values: Values) -> str:
    with transaction.atomic():
        read_back_start(row, actor=actor)
    return gettext("The panel is being asked.")


def _lay_records(actor: Actor, row: HostingAccount, values: Values) -> str:
    if account_records_lay(account=row):
        return gettext("The records are in the zone.")
    return gettext("We serve no zone of this name for the customer.")


@admin.register(HostingServer)
class HostingServerAdmin(TenantAdmin):
    """Panel servers, and what the world is told of them."""

    nothing_yet = _(
        "Servers on which hosting accounts are made stand here. The first needs a "
        "connection to its panel."
    )
    permission_resource = "hosting_servers"
    create_permission = MANAGE
    update_permission = MANAGE
    editable_fields = ("connection", *SERVER_FIELDS)
    fixed_fields = ("connection",)
    fields = ("connection", *SERVER_FIELDS)
    list_display = ("name", "hostname", "ipv4", "max_accounts", "is_open", "connection")
    list_select_related = ("connection",)
    search_fields = ("name", "hostname")
    ordering = ("name",)

    def service_create(self, actor: Actor, values: dict[str, Any]) -> HostingServer:
        connection = values.pop("connection")
        return server_create(actor=actor, connection=connection, **values)

    def service_update(self, actor: Actor, row: Any, values: dict[str, Any]) -> HostingServer:
        return server_update(actor=actor, server=row, **values)


class UsageInline(ReadOnlyInline):
    """What the account used lately."""

    model = HostingUsageDay
    fields = ("day", "disk_used_bytes", "bandwidth_used_bytes")
    readonly_fields = fields
    ordering = ("-day",)


@admin.register(HostingAccount)
class HostingAccountAdmin(ReadOnlyTenantAdmin):
    """Accounts: what the panel said. Suspending and ending are acts on the service."""

    nothing_yet = _("Web space of customers stands here as soon as it is ordered.")
    permission_resource = "hosting"
    acts = (
        Act(
            name="read-back",
            label=_("Ask the panel"),
            permission="hosting:update",
            run=_read_back,
            tone="main",
            applies=lambda row: row.status in LIVE_ACCOUNT_STATUSES,
        ),
        Act(
            name="lay-records",
            label=_("Lay its DNS records"),
            permission="dns:update",
            run=_lay_records,
            explanation=_("The customer's own records stay as they are."),
            applies=lambda row: row.status in LIVE_ACCOUNT_STATUSES,
        ),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "username",
                    "service",
                    "server",
                    "package",
                    "max_mailboxes",
                    "mailbox_quota_mb",
                )
            },
        ),
        (
            _("Usage"),
            {
                "fields": (
                    "disk_used_bytes",
                    "disk_limit_bytes",
                    "bandwidth_used_bytes",
                    "bandwidth_limit_bytes",
                    "usage_read_at",
                )
            },
        ),
        (
            _("On the server"),
            {"fields": ("reference", "owner_mark", "read_at", "created_at")},
        ),
    )
    inlines = (UsageInline,)
    list_display = (
        "unicode_domain",
        "username",
        "customer",
        "server",
        status_column("status", "hosting.account", label=_("status")),
        "package",
        age_column("read_at", label=_("read")),
    )
    list_display_links = ("unicode_domain",)
    list_filter = ("status", "server")
    list_select_related = ("customer", "server")
    search_fields = ("domain", "unicode_domain", "=username", "=customer__customer_number")
    searched_by: ClassVar[Any] = {"hosting": "pk", "customers": "customer_id"}
    ordering = ("-id",)
