"""The bodies of acts on many customers."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from customers.choices import CustomerStatus
from ispplatform.core.api.fields import FreeJsonField
from ispplatform.core.api.serializers import StrictSerializer

IDS_MAX = 1000


class CustomerBulkBody(StrictSerializer):
    """What all of them take."""

    ids = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=IDS_MAX
    )
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class CustomerBulkTag(CustomerBulkBody):
    """Tags for many customers."""

    tags = serializers.ListField(
        child=serializers.CharField(max_length=40),
        allow_empty=False,
        max_length=50,
        help_text="Names or ids; a new name makes a new tag.",
    )
    remove = serializers.BooleanField(
        default=False, help_text="Take the tags away instead of giving them."
    )


class CustomerBulkFields(StrictSerializer):
    """The fields that many customers can share."""

    status = serializers.ChoiceField(choices=CustomerStatus.choices, required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False, allow_blank=True)
    industry = serializers.CharField(max_length=100, required=False, allow_blank=True)
    size = serializers.CharField(max_length=40, required=False, allow_blank=True)
    assigned_to = serializers.UUIDField(required=False, allow_null=True)
    custom_fields = FreeJsonField(required=False)
    metadata = FreeJsonField(required=False)

    synonyms = {"account_status": "status", "timezone": "time_zone"}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Name at least one field.")
        if attrs.get("assigned_to") is not None:
            attrs["assigned_to"] = str(attrs["assigned_to"])
        return attrs


class CustomerBulkUpdate(CustomerBulkBody):
    """New values for many customers."""

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "fields": CustomerBulkFields()}


class CustomerBulkAssign(CustomerBulkBody):
    """Who looks after many customers."""

    assigned_to = serializers.UUIDField(
        allow_null=True, help_text="The id of a colleague; null: nobody."
    )

    def validate_assigned_to(self, value: Any) -> str:
        return str(value) if value is not None else ""


class CustomerBulkDelete(CustomerBulkBody):
    """Customers to delete."""
