"""OAuth in and out. The bodies of the token endpoint are the RFCs': they only document here."""

from uuid import UUID

from rest_framework import serializers

from accounts.choices import GrantType, SessionKind
from accounts.tokens.client_ids import client_id_text
from ispplatform.core.api.fields import Computed, VersionField
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer

TEXT = serializers.CharField


def _client_id(tenant_id: UUID, row_id: UUID) -> str:
    return client_id_text(tenant_id=tenant_id, row_id=row_id)


class OAuthClientRow(RowSerializer):
    """A client; its secret is shown once, when it is made."""

    id = serializers.UUIDField()
    client_id = Computed(TEXT(), "tenant_id", "id", compute=_client_id)
    integration_id = serializers.UUIDField()
    integration = TEXT(source="integration.name")
    name = TEXT()
    side = serializers.ChoiceField(SessionKind.choices)
    is_confidential = serializers.BooleanField()
    grant_types = serializers.ListField(child=TEXT())
    redirect_uris = serializers.ListField(child=TEXT())
    scopes = serializers.ListField(child=TEXT())
    secret_hint = TEXT()
    last_used_at = serializers.DateTimeField(allow_null=True)
    last_used_address = serializers.IPAddressField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = VersionField()


class NewOAuthClientAnswer(OAuthClientRow):
    """A client whose secret was just made."""

    client_secret = TEXT(help_text="shown once; empty for programs that keep none")


class OAuthClientInput(StrictSerializer):
    """A new client."""

    integration_id = serializers.UUIDField()
    name = TEXT(max_length=80)
    side = serializers.ChoiceField(SessionKind.choices)
    scopes = serializers.ListField(child=TEXT(max_length=80), min_length=1, max_length=500)
    redirect_uris = serializers.ListField(
        child=TEXT(max_length=500), required=False, default=list, max_length=20
    )
    grant_types = serializers.ListField(
        child=serializers.ChoiceField(GrantType.choices),
        required=False,
        default=lambda: [GrantType.AUTHORIZATION_CODE.value],
        max_length=2,
    )
    is_confidential = serializers.BooleanField(required=False, default=True)


class SecretInput(StrictSerializer):
    """How long the old secret works on."""

    overlap_seconds = serializers.IntegerField(
        min_value=0, max_value=604_800, required=False, default=86_400
    )


class TokenForm(serializers.Serializer):
    """A form to the token endpoint (RFC 6749 s. 4)."""

    grant_type = serializers.ChoiceField([*GrantType.values, "refresh_token"])
    client_id = TEXT(required=False, help_text="or in Authorization: Basic")
    client_secret = TEXT(required=False, help_text="or in Authorization: Basic")
    code = TEXT(required=False)
    redirect_uri = TEXT(required=False)
    code_verifier = TEXT(required=False)
    refresh_token = TEXT(required=False)
    scope = TEXT(required=False)


class TokenFormAnswer(serializers.Serializer):
    """Tokens (RFC 6749 s. 5.1)."""

    access_token = TEXT()
    token_type = TEXT()
    expires_in = serializers.IntegerField()
    scope = TEXT()
    refresh_token = TEXT(required=False)


class ProtocolRefusal(serializers.Serializer):
    """A refusal in the words of OAuth (RFC 6749 s. 5.2)."""

    error = TEXT()
    error_description = TEXT(required=False)
    error_uri = TEXT(required=False)


class OneTokenForm(serializers.Serializer):
    """A form that names a token (RFC 7009 s. 2.1, RFC 7662 s. 2.1)."""

    token = TEXT()
    token_type_hint = TEXT(required=False)
    client_id = TEXT(required=False, help_text="or in Authorization: Basic")
    client_secret = TEXT(required=False, help_text="or in Authorization: Basic")


class IntrospectionAnswer(serializers.Serializer):
    """What a token still opens (RFC 7662 s. 2.2)."""

    active = serializers.BooleanField()
    client_id = TEXT(required=False)
    username = TEXT(required=False)
    scope = TEXT(required=False)
    token_type = TEXT(required=False)
    iss = TEXT(required=False)
    sub = TEXT(required=False)
    exp = serializers.IntegerField(required=False)
    iat = serializers.IntegerField(required=False)
    jti = TEXT(required=False)


class ApplicationRow(RowSerializer):
    """A program that somebody lets act for them."""

    id = serializers.UUIDField()
    name = TEXT(source="client.integration.name")
    client_name = TEXT(source="client.name")
    scopes = serializers.ListField(child=TEXT())
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class OwnApplicationsAnswer(serializers.Serializer):
    """The programs that one lets act."""

    applications = ApplicationRow(many=True)
    total = serializers.IntegerField()
