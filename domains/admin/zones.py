"""Zones and records."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from domains.choices import ZoneStatus
from domains.models import DnsRecord, DnsZone
from domains.services.adoption import zone_adopt
from domains.services.zones import zone_delete, zone_push
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import ReadOnlyInline, ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import age_column, status_column

Values = Mapping[str, Any]


def _push(actor: Actor, row: DnsZone, values: Values) -> str:
    zone_push(actor=actor, zone=row)
    return gettext("The zone is being pushed.")


def _overwrite(actor: Actor, row: DnsZone, values: Values) -> str:
    zone_push(actor=actor, zone=row, force=True)
    return gettext("What the server has is being overwritten.")


def _adopt(actor: Actor, row: DnsZone, values: Values) -> str:
    zone_adopt(actor=actor, zone=row)
    return gettext("The records of the server are being taken over.")


def _delete(actor: Actor, row: DnsZone, values: Values) -> str:
    zone_delete(actor=actor, zone=row, reason=values["reason"])
    return gettext("The zone is being taken off its server.")


class RecordInline(ReadOnlyInline):
    """The records of a zone."""

    model = DnsRecord
    fields = ("name", "type", "priority", "content", "ttl", "source")
    readonly_fields = fields
    per_page = 50


@admin.register(DnsZone)
class DnsZoneAdmin(ReadOnlyTenantAdmin):
    """Zones: what is to be served, and what the server was last seen to have."""

    nothing_yet = _("The DNS of every name that uses our name servers stands here.")
    permission_resource = "dns"
    acts = (
        Act(
            name="push",
            label=_("Push again"),
            permission="dns:push",
            run=_push,
            tone="main",
            applies=lambda row: row.status != ZoneStatus.DELETED,
        ),
        Act(
            name="overwrite",
            label=_("Overwrite the server"),
            permission="dns:push",
            run=_overwrite,
            explanation=_("For when somebody else changed the zone there and ours is right."),
            tone="danger",
            applies=lambda row: bool(row.trouble) and row.pushed_at is not None,
        ),
        Act(
            name="adopt",
            label=_("Adopt the zone"),
            permission="dns:push",
            run=_adopt,
            explanation=_(
                "For when the server had the zone before. Its records become ours; the name "
                "servers become those of the connection."
            ),
            applies=lambda row: row.is_adoptable and bool(row.trouble),
        ),
        Act(
            name="delete",
            label=_("Delete the zone"),
            permission="dns:delete",
            run=_delete,
            form=ReasonForm,
            explanation=_("The name stops working everywhere. The zone is checked to be ours."),
            tone="danger",
            applies=lambda row: row.status != ZoneStatus.DELETED,
        ),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "trouble",
                    "domain",
                    "name_servers",
                    "default_ttl",
                )
            },
        ),
        (
            _("On the server"),
            {"fields": ("connection", "version", "pushed_version", "pushed_at", "serial")},
        ),
    )
    inlines = (RecordInline,)
    list_display = (
        "unicode_name",
        "customer",
        status_column("status", "domains.zone", label=_("status")),
        "trouble",
        age_column("pushed_at", label=_("pushed")),
    )
    list_display_links = ("unicode_name",)
    list_filter = ("status",)
    list_select_related = ("customer",)
    search_fields = ("name", "unicode_name")
    searched_by: ClassVar[Any] = {"domains": "domain_id"}
    searched_exactly = ("name",)
    ordering = ("-id",)


@admin.register(DnsRecord)
class DnsRecordAdmin(ReadOnlyTenantAdmin):
    """Records of all zones: what points at an address?"""

    nothing_yet = _("Every record of every zone stands here.")
    permission_resource = "dns"
    list_display = ("name", "zone", "type", "priority", "content", "ttl", "source")
    list_filter = ("type", "source")
    list_select_related = ("zone",)
    search_fields = ("content", "name", "zone__name")
    searched_by: ClassVar[Any] = {"domains": "zone__domain_id"}
    searched_exactly = ("zone__name",)
    ordering = ("-id",)
