"""What a person did and what was done to them, and people in numbers: out."""

from typing import Any

from rest_framework import serializers

from accounts.choices import ActivityKind
from accounts.selectors.user_activity import address_of, device_of, outcome_of
from ispplatform.core.api.fields import Computed
from ispplatform.core.api.rows import RowSerializer


class UserActivityRow(RowSerializer):
    """An entry of the audit trail; what changed stands there, under the same id."""

    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    kind = serializers.ChoiceField(ActivityKind.choices)
    act = serializers.CharField()
    subject_type = serializers.CharField()
    subject_id = serializers.UUIDField()
    subject = serializers.CharField(source="values.subject_label")
    by = serializers.CharField(source="values.actor_label")
    on_behalf_of = serializers.CharField(source="values.on_behalf_of")
    reason = serializers.CharField(source="values.reason")
    outcome = Computed(
        serializers.CharField(help_text="Of a log-in: `succeeded` or `refused`."),
        "act",
        compute=outcome_of,
    )
    ip_address = Computed(
        serializers.CharField(help_text="Of a log-in."), "act", "values__after", compute=address_of
    )
    device = Computed(
        serializers.CharField(help_text="Of a log-in."), "act", "values__after", compute=device_of
    )


class UserNumbersAnswer(serializers.Serializer[Any]):
    """The people of a company in numbers."""

    total = serializers.IntegerField(help_text="Colleagues.")
    active = serializers.IntegerField()
    suspended = serializers.IntegerField()
    ended = serializers.IntegerField(help_text="Who left.")
    owners = serializers.IntegerField()
    with_second_factor = serializers.IntegerField(help_text="Of the active ones.")
    without_second_factor = serializers.IntegerField()
    seen_recently = serializers.IntegerField(help_text="Active, and here within 30 days.")
    never_logged_in = serializers.IntegerField(help_text="Log-ins are kept for 400 days.")
    by_role = serializers.DictField(child=serializers.IntegerField())
    invitations_open = serializers.IntegerField()
    invitations_expired = serializers.IntegerField()
    customers = serializers.DictField(
        child=serializers.IntegerField(), help_text="Customers' log-ins by their state."
    )


class EmailProvedAnswer(serializers.Serializer[Any]):
    """Which address is proved now."""

    email = serializers.EmailField()
    verified_at = serializers.DateTimeField()
