"""Identity providers in and out; a secret goes in only."""

from rest_framework import serializers

from accounts.api.serializers.auth import PasswordField
from accounts.rules.identity_providers import redirect_uri_of
from ispplatform.core.api.fields import Computed, VersionField
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.models import ConnectionState

PROOF = ("password", "code")


class IdentityProviderRow(RowSerializer):
    """A provider, without its secret; ``redirect_uri`` is the address to register there."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    issuer = serializers.CharField()
    client_id = serializers.CharField()
    redirect_uri = Computed(
        serializers.URLField(), "id", "tenant__base_url", compute=redirect_uri_of
    )
    domains = serializers.ListField(child=serializers.CharField())
    is_required = serializers.BooleanField()
    is_factor_trusted = serializers.BooleanField()
    factor_acr_values = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()
    state = serializers.ChoiceField(choices=ConnectionState.choices)
    state_sentence = serializers.CharField()
    tested_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = VersionField()


class SecretField(serializers.CharField):
    """A secret: it goes in, and never comes out."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(
            **{
                "max_length": 1000,
                "write_only": True,
                "style": {"input_type": "password"},
                **kwargs,
            }
        )


class IdentityProviderInput(StrictSerializer):
    """A new provider, and the caller's own password and code once more."""

    name = serializers.CharField(max_length=60)
    issuer = serializers.CharField(max_length=300)
    client_id = serializers.CharField(max_length=255)
    client_secret = SecretField()
    domains = serializers.ListField(
        child=serializers.CharField(max_length=253), min_length=1, max_length=50
    )
    is_required = serializers.BooleanField(required=False, default=False)
    is_factor_trusted = serializers.BooleanField(required=False, default=False)
    factor_acr_values = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, default=list, max_length=20
    )
    is_active = serializers.BooleanField(required=False, default=False)
    password = PasswordField()
    code = serializers.CharField(
        max_length=20, required=False, default="", allow_blank=True, write_only=True
    )


class IdentityProviderChange(StrictSerializer):
    """What may change, and the caller's own password and code; names that are left out stay.

    Another issuer or client ID needs the secret again.
    """

    name = serializers.CharField(max_length=60, required=False)
    issuer = serializers.CharField(max_length=300, required=False)
    client_id = serializers.CharField(max_length=255, required=False)
    client_secret = SecretField(required=False)
    domains = serializers.ListField(
        child=serializers.CharField(max_length=253), required=False, min_length=1, max_length=50
    )
    is_required = serializers.BooleanField(required=False)
    is_factor_trusted = serializers.BooleanField(required=False)
    factor_acr_values = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, max_length=20
    )
    is_active = serializers.BooleanField(required=False)
    password = PasswordField(required=False)
    code = serializers.CharField(max_length=20, required=False, allow_blank=True, write_only=True)
