"""Customers, in and out."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from customers.api.serializers.fields import AddressInput, CustomerTypeField
from customers.choices import CustomerStatus, CustomerType
from ispplatform.core.api.fields import Computed, FreeJsonField, InstantField, VersionField
from ispplatform.core.api.labels import StatusLabel
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.external_refs.api import ExternalRefsField, external_refs_input
from ispplatform.core.money import from_minor


def _full_name(first_name: str | None, last_name: str | None, email: str | None) -> str | None:
    return f"{first_name or ''} {last_name or ''}".strip() or email


class AddressRow(RowSerializer):
    """An address as it is shown."""

    name = serializers.CharField()
    street = serializers.CharField()
    street2 = serializers.CharField()
    city = serializers.CharField()
    state = serializers.CharField()
    postal_code = serializers.CharField()
    country = serializers.CharField()


class AssignedUserRow(RowSerializer):
    """The colleague who looks after a customer."""

    id = serializers.UUIDField()
    name = Computed(serializers.CharField(), "first_name", "last_name", "email", compute=_full_name)
    email = serializers.EmailField()


class CarriedTagRow(RowSerializer):
    """A tag on a customer."""

    row_order = ("tag__folded_name",)

    id = serializers.UUIDField(source="tag.id")
    name = serializers.CharField(source="tag.name")
    color = serializers.CharField(source="tag.color")


class CustomerRow(RowSerializer):
    """A customer in a list."""

    id = serializers.UUIDField()
    customer_number = serializers.CharField()
    customer_type = serializers.ChoiceField(choices=CustomerType.choices)
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    company_name = serializers.CharField()
    display_name = serializers.CharField()
    status = serializers.ChoiceField(choices=CustomerStatus.choices)
    status_label = StatusLabel("customers.customer")
    email = serializers.EmailField()
    phone = serializers.CharField()
    address = AddressRow(source="main_address", allow_null=True)
    industry = serializers.CharField()
    size = serializers.CharField()
    tags = CarriedTagRow(many=True, source="customer_tags")
    assigned_to = serializers.UUIDField(source="assigned_to_id", allow_null=True)
    assigned_user = AssignedUserRow(source="assigned_to", allow_null=True)
    balance = Computed(
        serializers.DecimalField(max_digits=19, decimal_places=4, coerce_to_string=False),
        "balance",
        "figures_currency",
        compute=from_minor,
    )
    currency = serializers.CharField(source="figures_currency")
    services_count = serializers.IntegerField()
    external_refs = ExternalRefsField()
    created_at = InstantField()
    updated_at = InstantField()
    deleted_at = InstantField(allow_null=True)
    version = VersionField()


class CustomerDetail(CustomerRow):
    """A customer by itself."""

    billing_address = AddressRow(allow_null=True)
    service_address = AddressRow(allow_null=True)
    language = serializers.CharField()
    time_zone = serializers.CharField()
    vat_number = serializers.CharField()
    vat_checked_at = InstantField(allow_null=True)
    notes = serializers.CharField(source="pinned_note", allow_null=True)
    custom_fields = FreeJsonField()
    metadata = FreeJsonField()


class CustomerChange(StrictSerializer):
    """The body of a change: what it does not name stays as it is."""

    synonyms = {"contact_name": "name", "account_status": "status", "timezone": "time_zone"}
    # Sent back by clients that change what they read.
    ignored_names = StrictSerializer.ignored_names | {
        "account_number",
        "assigned_user",
        "balance",
        "currency",
        "customer_number",
        "deleted_at",
        "display_name",
        "services_count",
        "status_label",
        "vat_checked_at",
    }

    email = serializers.EmailField(max_length=254)
    customer_type = CustomerTypeField(required=False)
    name = serializers.CharField(max_length=200, required=False, help_text="Instead of both names.")
    first_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    company_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=CustomerStatus.choices, required=False)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    address = AddressInput(required=False, allow_null=True)
    billing_address = AddressInput(required=False, allow_null=True)
    service_address = AddressInput(required=False, allow_null=True)
    city = serializers.CharField(max_length=100, required=False, help_text="Of the address.")
    country = serializers.CharField(max_length=60, required=False, help_text="Of the address.")
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False, allow_blank=True)
    vat_number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    industry = serializers.CharField(max_length=100, required=False, allow_blank=True)
    size = serializers.CharField(max_length=40, required=False, allow_blank=True)
    assigned_to = serializers.UUIDField(required=False, allow_null=True)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=50,
        help_text="Names or ids; a new name makes a new tag.",
    )
    notes = serializers.CharField(
        max_length=10_000, required=False, allow_blank=True, help_text="Becomes the pinned note."
    )
    custom_fields = FreeJsonField(required=False)
    metadata = FreeJsonField(required=False)
    external_refs = external_refs_input()

    def to_internal_value(self, data: Any) -> Any:
        # Tags come back as they were read: as objects.
        if isinstance(data, dict) and isinstance(data.get("tags"), list):
            tags = [tag.get("id") if isinstance(tag, dict) else tag for tag in data["tags"]]
            data = {**data, "tags": tags}
        return super().to_internal_value(data)


class CustomerInput(CustomerChange):
    """The body of a new customer."""

    status = serializers.ChoiceField(
        choices=[CustomerStatus.ACTIVE, CustomerStatus.PENDING], required=False
    )
    create_portal_account = serializers.BooleanField(
        required=False, help_text="Gives the customer a log-in with a portal id."
    )
    portal_password = serializers.CharField(
        required=False,
        write_only=True,
        max_length=200,
        help_text="Left out: the customer is mailed a link to choose one.",
    )
