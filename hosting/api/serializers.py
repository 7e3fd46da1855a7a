"""Servers, accounts, mail domains and mailboxes, in and out."""

from typing import Any

from rest_framework import serializers

from hosting.choices import AccountStatus, MailboxStatus
from ispplatform.core.api.fields import InstantField, VersionField
from ispplatform.core.api.labels import StatusLabel
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer


class ServerRow(RowSerializer):
    """A hosting server."""

    id = serializers.UUIDField()
    connection_id = serializers.UUIDField()
    name = serializers.CharField()
    hostname = serializers.CharField()
    ipv4 = serializers.CharField()
    ipv6 = serializers.CharField(allow_null=True)
    mail_hostname = serializers.CharField()
    spf_include = serializers.CharField()
    max_accounts = serializers.IntegerField()
    accounts_count = serializers.IntegerField()
    is_open = serializers.BooleanField()
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class ServerChange(StrictSerializer):
    """What may change of a server."""

    ignored_names = StrictSerializer.ignored_names | {"accounts_count", "connection_id"}

    name = serializers.CharField(max_length=80)
    hostname = serializers.CharField(max_length=253)
    ipv4 = serializers.IPAddressField(protocol="ipv4")
    ipv6 = serializers.IPAddressField(protocol="ipv6", required=False, allow_null=True)
    mail_hostname = serializers.CharField(max_length=253)
    spf_include = serializers.CharField(max_length=253, required=False, allow_blank=True)
    max_accounts = serializers.IntegerField(required=False, min_value=1, max_value=100_000)
    is_open = serializers.BooleanField(required=False)


class ServerInput(ServerChange):
    """A new server."""

    ignored_names = StrictSerializer.ignored_names | {"accounts_count"}

    connection_id = serializers.UUIDField()


class ServerOfAccount(RowSerializer):
    """Where an account lives."""

    name = serializers.CharField()
    hostname = serializers.CharField()
    ipv4 = serializers.CharField()
    ipv6 = serializers.CharField(allow_null=True)
    mail_hostname = serializers.CharField()


class AccountRow(RowSerializer):
    """A hosting account; sizes in bytes, None for no limit."""

    id = serializers.UUIDField()
    customer_id = serializers.UUIDField()
    service_id = serializers.UUIDField()
    server = ServerOfAccount()
    username = serializers.CharField()
    domain = serializers.CharField()
    unicode_domain = serializers.CharField()
    package = serializers.CharField()
    status = serializers.ChoiceField(choices=AccountStatus.choices)
    status_label = StatusLabel("hosting.account")
    max_mailboxes = serializers.IntegerField(allow_null=True)
    disk_used_bytes = serializers.IntegerField()
    disk_limit_bytes = serializers.IntegerField(allow_null=True)
    bandwidth_used_bytes = serializers.IntegerField()
    bandwidth_limit_bytes = serializers.IntegerField(allow_null=True)
    usage_read_at = InstantField(allow_null=True)
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class LoginRow(serializers.Serializer):
    """A way into a control panel."""

    url = serializers.CharField()
    expires_at = InstantField(allow_null=True)


class MailDomainRow(RowSerializer):
    """A name under which mailboxes can be made."""

    id = serializers.UUIDField()
    customer_id = serializers.UUIDField()
    hosting_account_id = serializers.UUIDField(source="account_id")
    name = serializers.CharField()
    unicode_name = serializers.CharField()
    mail_hostname = serializers.CharField(source="account.server.mail_hostname")
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class MailboxRow(RowSerializer):
    """A mailbox; its password is known to the server alone."""

    id = serializers.UUIDField()
    mail_domain_id = serializers.UUIDField()
    customer_id = serializers.UUIDField(source="mail_domain.customer_id")
    service_id = serializers.UUIDField(allow_null=True)
    address = serializers.CharField()
    status = serializers.ChoiceField(choices=MailboxStatus.choices)
    status_label = StatusLabel("hosting.mailbox")
    quota_mb = serializers.IntegerField(allow_null=True)
    used_bytes = serializers.IntegerField()
    has_own_password = serializers.BooleanField(
        help_text="False until somebody set one: nobody knows the first."
    )
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class MailboxInput(StrictSerializer):
    """A new mailbox."""

    mail_domain_id = serializers.UUIDField()
    local_part = serializers.CharField(max_length=64)
    quota_mb = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    password = serializers.CharField(
        required=False,
        write_only=True,
        max_length=200,
        trim_whitespace=False,
        help_text="Left out: a random one, shown once in the answer.",
    )


class MailboxChange(StrictSerializer):
    """What may change of a mailbox."""

    quota_mb = serializers.IntegerField(required=False, min_value=1)


class HostingPasswordInput(StrictSerializer):
    """A new password."""

    password = serializers.CharField(
        required=False,
        write_only=True,
        max_length=200,
        trim_whitespace=False,
        help_text="Left out: a random one, shown once in the answer.",
    )


class NewPasswordAnswer(serializers.Serializer[Any]):
    """What came of a new password."""

    password = serializers.CharField(
        required=False, help_text="Only where a random one was made; shown once."
    )


class HostingNoInput(StrictSerializer):
    """A body without anything in it."""


class ActReasonInput(StrictSerializer):
    """Why."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
