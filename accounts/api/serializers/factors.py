"""Second factors, in and out."""

from rest_framework import serializers

from accounts.api.serializers.auth import PasswordField
from accounts.choices import FactorResetStatus, GuardReason, IdentityCheck
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer


class TotpSetupAnswer(serializers.Serializer):
    """What an authenticator app needs; ``otpauth_url`` is what a QR code of it holds."""

    secret = serializers.CharField()
    otpauth_url = serializers.CharField()


class FactorCodeInput(StrictSerializer):
    """A code of the authenticator app."""

    code = serializers.CharField(max_length=20)


class FactorTurnOnInput(FactorCodeInput):
    """The app's first code and the password."""

    password = PasswordField()


class FactorProofInput(StrictSerializer):
    """Password and code: both, before a second factor goes or changes."""

    password = PasswordField()
    code = serializers.CharField(max_length=20)


class RecoveryCodesAnswer(serializers.Serializer):
    """Codes that each stand in for the app once; shown this one time."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class FactorStateAnswer(serializers.Serializer):
    """What a log-in asks for beside the password."""

    enabled = serializers.BooleanField()
    methods = serializers.ListField(child=serializers.CharField())
    authenticator_app = serializers.BooleanField()
    recovery_codes_left = serializers.IntegerField()


class IdentityInput(StrictSerializer):
    """How staff made sure to whom they speak; it stays in the audit trail."""

    identity_check = serializers.ChoiceField(IdentityCheck.choices)
    note = serializers.CharField(max_length=500, help_text="what was checked, for example a number")


class StopInput(StrictSerializer):
    """Why a removal is stopped."""

    note = serializers.CharField(max_length=500)


class FactorResetRow(RowSerializer):
    """The removal of a customer's lost second factor."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(FactorResetStatus.choices)
    identity_check = serializers.ChoiceField(IdentityCheck.choices)
    identity_note = serializers.CharField()
    asked_by = serializers.CharField()
    due_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    stop_note = serializers.CharField()
    created_at = serializers.DateTimeField()


class LoginGuardRow(RowSerializer):
    """Until when a customer's log-in does nothing that cannot be taken back, and why."""

    id = serializers.UUIDField()
    reason = serializers.ChoiceField(GuardReason.choices)
    ends_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class LiftedAnswer(serializers.Serializer):
    """How many guards were lifted."""

    lifted = serializers.IntegerField()
