"""A customer's own account, in and out."""

from typing import Any

from rest_framework import serializers

from ispplatform.core.api.serializers import StrictSerializer

THEMES = ["system", "light", "dark"]


class AccountSettings(serializers.Serializer):
    """Choices of a customer. Source: specification 001, account profile."""

    two_factor_enabled = serializers.BooleanField()
    email_notifications = serializers.BooleanField()
    sms_notifications = serializers.BooleanField()
    theme_preference = serializers.ChoiceField(THEMES)
    language_preference = serializers.CharField()
    timezone_preference = serializers.CharField()


class PortalProfile(serializers.Serializer):
    """A customer's log-in, the customer it acts for, and its settings.

    ``customer`` holds what the app that owns customers adds; here at least ``id``.
    """

    portal_id = serializers.CharField()
    email = serializers.EmailField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    phone = serializers.CharField()
    avatar = serializers.CharField(allow_null=True)
    customer = serializers.DictField()
    account_settings = AccountSettings()


class PortalProfileInput(StrictSerializer):
    """What a customer may change about the log-in; another e-mail address has to be confirmed."""

    synonyms = {
        "theme": "theme_preference",
        "language": "language_preference",
        "timezone": "timezone_preference",
    }

    first_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=32, required=False, allow_blank=True)
    email_notifications = serializers.BooleanField(required=False)
    sms_notifications = serializers.BooleanField(required=False)
    theme_preference = serializers.ChoiceField(THEMES, required=False)
    language_preference = serializers.RegexField(r"^[a-z]{2}\Z", required=False)
    timezone_preference = serializers.CharField(max_length=64, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the values under the names of the service."""
        values = super().validate(attrs)
        preferences: dict[str, Any] = {}
        for ours, theirs in (
            ("theme", "theme_preference"),
            ("language", "language_preference"),
            ("timezone", "timezone_preference"),
        ):
            if theirs in values:
                preferences[ours] = values.pop(theirs)
        notifications = {
            channel: values.pop(f"{channel}_notifications")
            for channel in ("email", "sms")
            if f"{channel}_notifications" in values
        }
        if notifications:
            preferences["notifications"] = notifications
        return {**values, "preferences": preferences} if preferences else values
