"""Invitations to work here, in and out."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers.auth import PasswordField
from accounts.choices import InvitationStatus
from ispplatform.core.api.fields import VersionField
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer


class InvitationRow(RowSerializer):
    """An invitation; its link is in the mail and nowhere else."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(InvitationStatus.choices)
    invited_by = serializers.CharField(source="actor_label")
    sent_count = serializers.IntegerField()
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    user_id = serializers.UUIDField(source="membership.user_id", allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = VersionField()


class InvitationInput(StrictSerializer):
    """Who is invited, and what they will be."""

    email = serializers.EmailField(max_length=254)
    role = serializers.CharField(max_length=40, required=False)
    roles = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=20, required=False
    )
    first_name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    last_name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        role = attrs.pop("role", None)
        attrs.setdefault("roles", [role] if role is not None else [])
        return attrs


class AcceptInput(StrictSerializer):
    """The mailed token and a password: a new one, or that of the log-in that the person has."""

    token = serializers.CharField(max_length=400)
    password = PasswordField()
    first_name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    last_name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class AcceptedAnswer(serializers.Serializer[Any]):
    """Who may log in now."""

    user_id = serializers.UUIDField()
    email = serializers.EmailField()
    roles = serializers.ListField(child=serializers.CharField())
