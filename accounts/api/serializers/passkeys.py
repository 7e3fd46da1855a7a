"""Passkeys, in and out. Binary values are base64url, as in Web Authentication Level 3 s. 5.1.8."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers.auth import PasswordField
from ispplatform.core.api.serializers import StrictSerializer


class PasskeyQuestionAnswer(serializers.Serializer):
    """A question for a browser; ``options`` go to ``navigator.credentials``, for five minutes."""

    challenge_id = serializers.UUIDField()
    options = serializers.DictField()


class PasskeyAnswerInput(StrictSerializer):
    """What ``navigator.credentials`` answered, as ``PublicKeyCredential.toJSON`` writes it."""

    challenge_id = serializers.UUIDField()
    credential = serializers.DictField()


class PasskeyLogInInput(PasskeyAnswerInput):
    """A log-in by a passkey, without name and password."""

    device_fingerprint = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True
    )
    remember_me = serializers.BooleanField(required=False, default=False)


class PasskeyProofInput(StrictSerializer):
    """Password, and where there is a second factor its code."""

    password = PasswordField()
    code = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)


class PasskeyNewInput(PasskeyAnswerInput):
    """A passkey that was just made, and what its owner calls it."""

    name = serializers.CharField(max_length=60)


class PasskeyNameInput(StrictSerializer):
    """Another name."""

    name = serializers.CharField(max_length=60)


class PasskeyRow(serializers.Serializer):
    """A passkey; it works at ``host`` alone."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    host = serializers.CharField()
    created_at = serializers.DateTimeField(source="since")
    last_used_at = serializers.DateTimeField(source="used_at", allow_null=True)


class PasskeysAnswer(serializers.Serializer):
    """Every passkey of a person."""

    passkeys = PasskeyRow(many=True)


class PasskeyMadeAnswer(PasskeysAnswer):
    """The passkeys, and with the first second factor the recovery codes, this one time."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


def rows(passkeys: Any) -> list[dict[str, Any]]:
    """Return passkeys as the API shows them."""
    return [dict(PasskeyRow(one).data) for one in passkeys]
