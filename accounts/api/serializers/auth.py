"""Credentials in, tokens out."""

from typing import Any

from rest_framework import serializers

from accounts.rules.passwords import LONGEST
from ispplatform.core.api.serializers import StrictSerializer


class PasswordField(serializers.CharField):
    """A password as it was typed: never trimmed, never shown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "max_length": LONGEST * 4,  # the policy answers with a sentence from 128 on
                "trim_whitespace": False,
                "write_only": True,
                "style": {"input_type": "password"},
                **kwargs,
            }
        )


class StaffLogInInput(StrictSerializer):
    """Log-in of a colleague."""

    synonyms = {"two_factor_code": "code", "username": "email"}

    email = serializers.CharField(max_length=254)
    password = PasswordField()
    tenant_id = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    remember_me = serializers.BooleanField(required=False, default=False)
    code = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    device_fingerprint = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True
    )


class PortalLogInInput(StrictSerializer):
    """Log-in of a customer; ``portal_id`` may also be the e-mail address."""

    synonyms = {"email": "portal_id"}

    portal_id = serializers.CharField(max_length=254)
    password = PasswordField()
    two_factor_code = serializers.CharField(
        max_length=20, required=False, default="", allow_blank=True
    )
    device_fingerprint = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True
    )
    remember_me = serializers.BooleanField(required=False, default=False)


class RefreshInput(StrictSerializer):
    """A refresh token; it may also stand in ``Authorization: Bearer``."""

    refresh_token = serializers.CharField(
        max_length=400, required=False, default="", allow_blank=True
    )


class ForgotInput(StrictSerializer):
    """Whose password was forgotten."""

    synonyms = {"portal_id": "email"}

    email = serializers.CharField(max_length=254)


class ResetInput(StrictSerializer):
    """A mailed token and the new password."""

    synonyms = {"password": "new_password"}

    token = serializers.CharField(max_length=400)
    new_password = PasswordField()
    confirm_password = PasswordField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return check_repeated(attrs)


class ChangePasswordInput(StrictSerializer):
    """The present and the new password."""

    current_password = PasswordField()
    new_password = PasswordField()
    confirm_password = PasswordField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return check_repeated(attrs)


class PasswordInput(StrictSerializer):
    """A password to be judged."""

    password = PasswordField()


class PasswordVerdict(serializers.Serializer):
    """What the policy says of a password."""

    valid = serializers.BooleanField()
    score = serializers.IntegerField(min_value=0, max_value=4)
    problems = serializers.ListField(child=serializers.CharField())
    suggestions = serializers.ListField(child=serializers.CharField())


class SignUpInput(StrictSerializer):
    """What a visitor says who signs up."""

    email = serializers.EmailField(max_length=254)
    password = PasswordField()
    first_name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    last_name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    company_name = serializers.CharField(
        max_length=120, required=False, default="", allow_blank=True
    )
    country = serializers.RegexField(r"^[A-Z]{2}\Z", required=False, default="", allow_blank=True)
    phone = serializers.CharField(max_length=32, required=False, default="", allow_blank=True)
    language = serializers.RegexField(r"^[a-z]{2}\Z", required=False, default="en")


class VerifyEmailInput(StrictSerializer):
    """A mailed code with the id that the sign-up answered, or the token of the mailed link."""

    verification_id = serializers.UUIDField(required=False)
    code = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    token = serializers.CharField(max_length=400, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["token"] and not (attrs.get("verification_id") and attrs["code"]):
            raise serializers.ValidationError("Send verification_id and code, or token.")
        return attrs


class ResendCodeInput(StrictSerializer):
    """Which code is to be mailed again."""

    verification_id = serializers.UUIDField()


class VerificationAnswer(serializers.Serializer):
    """What a visitor needs to confirm an address."""

    verification_id = serializers.UUIDField()
    expires_at = serializers.DateTimeField()


class TokenAnswer(serializers.Serializer):
    """A token pair. ``token``, ``refreshToken`` and ``expiresIn`` repeat it for older clients."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="seconds")
    token = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field]:
        older: dict[str, serializers.Field] = {
            "refreshToken": serializers.CharField(),
            "expiresIn": serializers.IntegerField(),
        }
        return {**super().get_fields(), **older}


class SignedInUser(serializers.Serializer):
    """The colleague who logged in."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    avatar = serializers.CharField(allow_null=True)
    roles = serializers.ListField(child=serializers.CharField())
    permissions = serializers.ListField(child=serializers.CharField())
    must_change_password = serializers.BooleanField()


class SignedInTenant(serializers.Serializer):
    """The company that the tokens are bound to."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    mode = serializers.CharField()


class StaffTokenAnswer(TokenAnswer):
    """What a colleague's log-in or refresh answers."""

    user = SignedInUser()
    tenant = SignedInTenant()


class PortalTokenAnswer(TokenAnswer):
    """What a customer's log-in or refresh answers."""

    portal_id = serializers.CharField()
    customer_id = serializers.UUIDField()
    account_type = serializers.CharField()
    require_password_change = serializers.BooleanField()
    require_two_factor = serializers.BooleanField()
    two_factor_methods = serializers.ListField(child=serializers.CharField())


def check_repeated(attrs: dict[str, Any]) -> dict[str, Any]:
    """Return the values when the password was repeated as it was, or not repeated."""
    repeated = attrs.pop("confirm_password", None)
    if repeated is not None and repeated != attrs["new_password"]:
        raise serializers.ValidationError({"confirm_password": "The two passwords differ."})
    return attrs
