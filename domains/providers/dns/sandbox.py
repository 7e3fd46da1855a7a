"""The sandbox DNS server: holds zones offline and refuses what a strict server refuses."""

from collections.abc import Sequence

from django.db import transaction

from domains.models.sandbox import SandboxRecordSet, SandboxZone
from domains.providers.dns.base import NS_TTL_SECONDS, RemoteZone, ZoneOrder
from domains.rules.plans import RecordSetChange
from domains.rules.record_sets import RecordSet
from ispplatform.core.errors import ProviderRejected
from ispplatform.core.providers import ProbeReport, ProviderContext, SettingField
from ispplatform.core.providers.fields import FieldKind
from ispplatform.core.sandbox import sandbox_call

CONFIG_FIELDS = (
    SettingField(
        name="name_servers",
        label="Name servers",
        kind=FieldKind.TEXT,
        default="ns1.sandbox.example, ns2.sandbox.example",
        help="Host names, separated by commas; new zones and names get them.",
    ),
)


class SandboxDns:
    """A DNS server whose counterpart is two tables of this installation."""

    def __init__(self, context: ProviderContext) -> None:
        self.context = context
        self._zones = SandboxZone.objects.filter(connection_id=context.connection_id)

    def probe(self) -> ProbeReport:
        """Tell who the account is."""
        with sandbox_call(self.context, "probe", request={}, changes=False):
            return ProbeReport(
                account="Sandbox DNS", is_live=False, note=f"{self._zones.count()} zones"
            )

    def read_zone(self, name: str) -> RemoteZone | None:
        """Return the zone as it is served."""
        with sandbox_call(self.context, "read_zone", request={"zone": name}, changes=False) as call:
            zone = self._zones.filter(name=name).first()
            call.answer = {"serial": zone.serial if zone else None}
            if zone is None:
                return None
            return RemoteZone(
                name=name,
                reference=str(zone.pk),
                record_sets=tuple(
                    sorted(
                        RecordSet(row.name, row.type, row.ttl, tuple(row.contents))
                        for row in zone.record_sets.all()
                    )
                ),
                serial=zone.serial,
                owner_mark=zone.owner_mark,
            )

    def create_zone(self, order: ZoneOrder) -> None:
        """Make the zone."""
        request = {"zone": order.name, "name_servers": list(order.name_servers)}
        with sandbox_call(self.context, "create_zone", request=request) as call:
            with transaction.atomic():
                zone, made = SandboxZone.objects.get_or_create(
                    connection_id=self.context.connection_id,
                    name=order.name,
                    defaults={"owner_mark": order.owner_mark},
                )
                if made:
                    SandboxRecordSet.objects.create(
                        zone=zone,
                        name=f"{order.name}.",
                        type="NS",
                        ttl=NS_TTL_SECONDS,
                        contents=sorted(f"{host}." for host in order.name_servers),
                    )
            call.answer = {"made": made}

    def change_zone(self, name: str, changes: Sequence[RecordSetChange]) -> None:
        """Carry out all the changes or none."""
        request = {
            "zone": name,
            "changes": [
                {
                    "action": change.action,
                    "name": change.record_set.name,
                    "type": change.record_set.type,
                    "contents": list(change.after.contents) if change.after else [],
                }
                for change in changes
            ],
        }
        with sandbox_call(self.context, "change_zone", request=request) as call:
            with transaction.atomic():
                zone = self._zones.select_for_update().filter(name=name).first()
                if zone is None:
                    raise ProviderRejected(f"There is no zone {name}.")
                for change in changes:
                    _apply(zone, change)
                _check_aliases(zone)
                zone.serial += 1
                zone.save(update_fields=["serial"])
            call.answer = {"serial": zone.serial}

    def delete_zone(self, name: str) -> None:
        """Take the zone away."""
        with sandbox_call(self.context, "delete_zone", request={"zone": name}) as call:
            count, _ = self._zones.filter(name=name).delete()
            call.answer = {"deleted": bool(count)}


def _apply(zone: SandboxZone, change: RecordSetChange) -> None:
    key = change.record_set
    if not (key.name == f"{zone.name}." or key.name.endswith(f".{zone.name}.")):
        raise ProviderRejected(f"{key.name} is out of zone.")
    if change.after is None:
        zone.record_sets.filter(name=key.name, type=key.type).delete()
        return
    if not change.after.contents:
        raise ProviderRejected(f"{key.name} {key.type} has no content.")
    SandboxRecordSet.objects.update_or_create(
        zone=zone,
        name=key.name,
        type=key.type,
        defaults={"ttl": change.after.ttl, "contents": list(change.after.contents)},
    )


def _check_aliases(zone: SandboxZone) -> None:
    types: dict[str, set[str]] = {}
    for name, record_type in zone.record_sets.values_list("name", "type"):
        types.setdefault(name, set()).add(record_type)
    for name, found in types.items():
        if "CNAME" in found and len(found) > 1:
            raise ProviderRejected(f"{name}: conflicts with a pre-existing record set.")
