"""Names, holders, zones and records, in and out."""

from typing import Any

from rest_framework import serializers

from domains.choices import DelegationStatus, DomainStatus, ZoneStatus
from domains.findings import finding_sentences
from domains.rules.records import MAX_TTL_SECONDS, MIN_TTL_SECONDS, RECORD_TYPES
from domains.rules.zone_files import MAX_FILE_CHARACTERS
from ispplatform.core.api.fields import Computed, FreeJsonField, InstantField, VersionField
from ispplatform.core.api.labels import StatusLabel
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.external_refs.api import ExternalRefsField


def _texts() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField())


def _same(value: Any) -> Any:
    return value


class RegistrantRow(RowSerializer):
    """A holder."""

    id = serializers.UUIDField()
    is_company = serializers.BooleanField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    company_name = serializers.CharField()
    email = serializers.EmailField()
    phone = serializers.CharField()
    street = serializers.CharField()
    street2 = serializers.CharField()
    city = serializers.CharField()
    state = serializers.CharField()
    postal_code = serializers.CharField()
    country = serializers.CharField()


class DomainRow(RowSerializer):
    """A name in a list."""

    id = serializers.UUIDField()
    customer_id = serializers.UUIDField()
    service_id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(help_text="A-labels, as the DNS carries it.")
    unicode_name = serializers.CharField(help_text="As people read it.")
    tld = serializers.CharField()
    status = serializers.ChoiceField(choices=DomainStatus.choices)
    status_label = StatusLabel("domains.domain")
    auto_renew = serializers.BooleanField()
    is_locked = serializers.BooleanField()
    name_servers = Computed(_texts(), "name_servers", compute=_same)
    registered_at = InstantField(allow_null=True)
    expires_at = InstantField(allow_null=True)
    registrar = serializers.CharField(source="connection.name")
    external_refs = ExternalRefsField()
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class DomainDetail(DomainRow):
    """A name with its holder and what the registrar said."""

    registrant = RegistrantRow()
    statuses = Computed(_texts(), "statuses", compute=_same)
    drift = Computed(_texts(), "drift", compute=_same)
    read_at = InstantField(allow_null=True)


class DelegationCheckRow(RowSerializer):
    """What the world was last found to see of a name."""

    id = serializers.UUIDField()
    domain_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=DelegationStatus.choices)
    status_label = StatusLabel("domains.delegation")
    findings = Computed(_texts(), "findings", compute=finding_sentences)
    leads_to = Computed(_texts(), "leads_to", compute=_same)
    servers = Computed(serializers.ListField(child=FreeJsonField()), "servers", compute=_same)
    asked_at = InstantField()
    checked_at = InstantField(allow_null=True)


class PortalDomainRow(RowSerializer):
    """A name as its holder sees it."""

    id = serializers.UUIDField()
    service_id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    unicode_name = serializers.CharField()
    status = serializers.ChoiceField(choices=DomainStatus.choices)
    status_label = StatusLabel("domains.domain")
    auto_renew = serializers.BooleanField()
    is_locked = serializers.BooleanField()
    name_servers = Computed(_texts(), "name_servers", compute=_same)
    registered_at = InstantField(allow_null=True)
    expires_at = InstantField(allow_null=True)
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class PortalDomainDetail(PortalDomainRow):
    """A name as its holder sees it, with the holder."""

    registrant = RegistrantRow()


class DomainChange(StrictSerializer):
    """What may be set about a name."""

    auto_renew = serializers.BooleanField(required=False)


class NameAnswerRow(serializers.Serializer[Any]):
    """Whether one name can be registered; ``plan_id`` and prices stand where one is sold."""

    asked = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    unicode_name = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    is_available = serializers.BooleanField()
    plan_id = serializers.UUIDField(allow_null=True)
    premium_price = serializers.DecimalField(
        max_digits=20, decimal_places=4, allow_null=True, coerce_to_string=False
    )
    currency = serializers.CharField(allow_null=True)
    sentence = serializers.CharField()


class AvailabilityInput(StrictSerializer):
    """The names to ask for."""

    names = serializers.ListField(
        child=serializers.CharField(max_length=253), min_length=1, max_length=20
    )


class RenewInput(StrictSerializer):
    """How long to renew for; staff only, as it sends the order whatever was paid."""

    years = serializers.IntegerField(min_value=1, max_value=10, default=1)


class LockInput(StrictSerializer):
    """Whether the name is locked against transfer."""

    locked = serializers.BooleanField()


class NameServersInput(StrictSerializer):
    """The name servers that the name is to have."""

    name_servers = serializers.ListField(
        child=serializers.CharField(max_length=253), min_length=2, max_length=13
    )


class RegistrantInput(StrictSerializer):
    """Who is to hold the name."""

    is_company = serializers.BooleanField(required=False, default=False)
    first_name = serializers.CharField(max_length=100)
    last_name = serializers.CharField(max_length=100)
    company_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254)
    phone = serializers.CharField(max_length=40)
    street = serializers.CharField(max_length=200)
    street2 = serializers.CharField(max_length=200, required=False, allow_blank=True)
    city = serializers.CharField(max_length=100)
    state = serializers.CharField(max_length=100, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=20)
    country = serializers.CharField(max_length=2)
    extra = FreeJsonField(required=False)


class DomainNoInput(StrictSerializer):
    """A body without anything in it."""


class ZoneRow(RowSerializer):
    """A zone in a list."""

    id = serializers.UUIDField()
    customer_id = serializers.UUIDField(allow_null=True)
    domain_id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    unicode_name = serializers.CharField()
    status = serializers.ChoiceField(choices=ZoneStatus.choices)
    status_label = StatusLabel("domains.zone")
    name_servers = Computed(_texts(), "name_servers", compute=_same)
    default_ttl = serializers.IntegerField()
    is_pushed = Computed(
        serializers.BooleanField(help_text="Whether the servers have what is shown here."),
        "version",
        "pushed_version",
        compute=lambda version, pushed: pushed >= version,
    )
    serial = serializers.IntegerField()
    trouble = serializers.CharField()
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class RecordRow(RowSerializer):
    """A record."""

    row_order = ("name", "type", "priority", "content")

    id = serializers.UUIDField()
    name = serializers.CharField(help_text="Relative to the zone; @ for the zone itself.")
    type = serializers.ChoiceField(choices=RECORD_TYPES)
    content = serializers.CharField()
    priority = serializers.IntegerField(allow_null=True)
    ttl = serializers.IntegerField(help_text="Seconds.")
    managed_by = serializers.CharField(source="source", help_text="Empty: the customer's own.")
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class ZoneDetail(ZoneRow):
    """A zone with its records."""

    records = RecordRow(many=True)


class ZoneInput(StrictSerializer):
    """A new zone."""

    name = serializers.CharField(max_length=253)
    customer_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class RecordInput(StrictSerializer):
    """A new record."""

    ignored_names = StrictSerializer.ignored_names | {"managed_by"}

    name = serializers.CharField(max_length=253, allow_blank=True)
    type = serializers.CharField(max_length=10)
    content = serializers.CharField(max_length=5000)
    priority = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=65535, default=None
    )
    ttl = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=MIN_TTL_SECONDS,
        max_value=MAX_TTL_SECONDS,
        default=None,
    )


class RecordChange(StrictSerializer):
    """What may change of a record: everything but its type."""

    ignored_names = StrictSerializer.ignored_names | {"managed_by", "type"}

    name = serializers.CharField(max_length=253, allow_blank=True, required=False)
    content = serializers.CharField(max_length=5000, required=False)
    priority = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=65535
    )
    ttl = serializers.IntegerField(
        required=False, min_value=MIN_TTL_SECONDS, max_value=MAX_TTL_SECONDS
    )


class ZoneFileInput(StrictSerializer):
    """A zone file that replaces all records."""

    text = serializers.CharField(max_length=MAX_FILE_CHARACTERS, trim_whitespace=False)
    force = serializers.BooleanField(
        required=False, default=False, help_text="The plan was looked at: carry it out."
    )
    dry_run = serializers.BooleanField(
        required=False, default=False, help_text="Show the plan and change nothing."
    )


class PushInput(StrictSerializer):
    """How to put a zone on its server again."""

    force = serializers.BooleanField(
        required=False, default=False, help_text="Overwrite what somebody else changed there."
    )


# ---------------------------------------------------------------------------------- registrars


class RegistrarRow(RowSerializer):
    """A registrar account; its credentials are never shown."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    backend = serializers.CharField()
    is_active = serializers.BooleanField()
    is_sandbox = serializers.BooleanField()
    config = FreeJsonField()
    state = serializers.CharField()
    state_sentence = serializers.CharField()
    tested_at = InstantField(allow_null=True)
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class RegistrarInput(StrictSerializer):
    """A new registrar account."""

    ignored_names = StrictSerializer.ignored_names | {"state", "state_sentence", "is_sandbox"}

    name = serializers.CharField(max_length=80)
    backend = serializers.CharField(max_length=40)
    config = FreeJsonField(required=False)
    credentials = FreeJsonField(required=False, write_only=True)


class RegistrarChange(StrictSerializer):
    """What may change of a registrar account."""

    ignored_names = RegistrarInput.ignored_names | {"backend"}

    name = serializers.CharField(max_length=80, required=False)
    is_active = serializers.BooleanField(required=False)
    config = FreeJsonField(required=False)
    credentials = FreeJsonField(required=False, write_only=True)
