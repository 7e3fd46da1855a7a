"""Closing one's own log-in, and coming back."""

from rest_framework import serializers

from accounts.api.serializers.auth import PasswordField
from ispplatform.core.api.serializers import StrictSerializer


class CloseInput(StrictSerializer):
    """What the person shows once more."""

    password = PasswordField()
    code = serializers.CharField(
        max_length=20,
        required=False,
        default="",
        allow_blank=True,
        help_text="of the second factor, where there is one",
    )


class ReactivateInput(StrictSerializer):
    """Address and password ask for the mail; the token of its link opens the log-in."""

    email = serializers.CharField(max_length=254, required=False, default="", allow_blank=True)
    password = PasswordField(required=False, default="", allow_blank=True)
    token = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if not attrs["token"] and not (attrs["email"] and attrs["password"]):
            raise serializers.ValidationError(
                {"email": "Send email and password, or the token of the mail."}
            )
        return attrs
