"""Integrations in and out."""

from rest_framework import serializers

from ispplatform.core.api.fields import VersionField
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer


class IntegrationKeyRow(RowSerializer):
    """A key of an integration."""

    row_order = ("-created_at", "-id")

    id = serializers.UUIDField()
    name = serializers.CharField()
    hint = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    networks = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    last_used_address = serializers.IPAddressField(allow_null=True)


class IntegrationClientRow(RowSerializer):
    """An OAuth client of an integration."""

    row_order = ("-created_at", "-id")

    id = serializers.UUIDField()
    name = serializers.CharField()
    side = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    last_used_at = serializers.DateTimeField(allow_null=True)
    last_used_address = serializers.IPAddressField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class IntegrationRow(RowSerializer):
    """A program by name, and who answers for it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    purpose = serializers.CharField()
    responsible_id = serializers.UUIDField()
    responsible = serializers.EmailField(source="responsible.email")
    deputy_id = serializers.UUIDField(allow_null=True)
    deputy = serializers.EmailField(source="deputy.email", allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = VersionField()


class IntegrationDetail(IntegrationRow):
    """The same with what it holds."""

    api_keys = IntegrationKeyRow(many=True)
    oauth_clients = IntegrationClientRow(many=True)


class IntegrationInput(StrictSerializer):
    """A new integration."""

    name = serializers.CharField(max_length=80)
    purpose = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    responsible_id = serializers.UUIDField()
    deputy_id = serializers.UUIDField(required=False, default=None, allow_null=True)


class IntegrationChange(StrictSerializer):
    """What may change; names that are left out stay."""

    name = serializers.CharField(max_length=80, required=False)
    purpose = serializers.CharField(max_length=500, required=False, allow_blank=True)
    responsible_id = serializers.UUIDField(required=False)
    deputy_id = serializers.UUIDField(required=False, allow_null=True)


class EndInput(StrictSerializer):
    """Why it ends."""

    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
