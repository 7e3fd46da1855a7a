"""People, roles, permissions, log-ins and keys, in and out."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers.auth import PasswordField
from accounts.choices import MembershipStatus
from accounts.rules.avatars import avatar_address, own_avatar_address
from accounts.rules.devices import device_name
from ispplatform.core.api.fields import Computed, InstantField, VersionField
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.reported_acts import ReportKind

# An array of texts, as the API's document says it.
TEXTS = {"type": "array", "items": {"type": "string"}}


# Ending has a door of its own.
SUSPENDABLE = [one for one in MembershipStatus.choices if one[0] != MembershipStatus.ENDED]


def full_name(first_name: str, last_name: str, email: str) -> str:
    """Return the name that lists show."""
    return f"{first_name} {last_name}".strip() or email


def own_or_email(username: str, email: str) -> str:
    """Return the user name, which defaults to the e-mail address."""
    return username or email


class UserRow(RowSerializer):
    """A person of this company."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    username = Computed(serializers.CharField(), "username", "email", compute=own_or_email)
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    name = Computed(serializers.CharField(), "first_name", "last_name", "email", compute=full_name)
    phone = serializers.CharField()
    avatar = Computed(
        serializers.CharField(allow_null=True), "pk", "avatar.sha256", compute=avatar_address
    )
    roles = Computed(
        serializers.ListField(child=serializers.CharField()), "pk", compute=lambda pk: []
    )
    status = serializers.ChoiceField(MembershipStatus.choices)
    is_active = serializers.BooleanField(source="is_enabled")
    is_owner = serializers.BooleanField()
    email_verified_at = serializers.DateTimeField(allow_null=True)
    last_login = serializers.DateTimeField(source="last_login_at", allow_null=True)
    created_at = serializers.DateTimeField(source="date_joined")
    updated_at = serializers.DateTimeField()
    version = VersionField()


class OwnUserRow(UserRow):
    """The caller, with what only they see."""

    avatar = Computed(
        serializers.CharField(allow_null=True), "avatar.sha256", compute=own_avatar_address
    )
    preferences = serializers.DictField()
    must_change_password = serializers.BooleanField()


class UserProfileInput(StrictSerializer):
    """What may be said of a person; ``name`` is split into first and last name."""

    username = serializers.CharField(max_length=150, required=False, allow_blank=True)
    first_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    name = serializers.CharField(max_length=161, required=False)
    phone = serializers.CharField(max_length=32, required=False, allow_blank=True)
    timezone = serializers.CharField(max_length=64, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        name = attrs.pop("name", None)
        if name is not None:
            first, _, last = str(name).strip().partition(" ")
            attrs.setdefault("first_name", first[:80])
            attrs.setdefault("last_name", last.strip()[:80])
        if "timezone" in attrs:
            attrs["preferences"] = {"timezone": attrs.pop("timezone")}
        return attrs


class NotificationChoices(StrictSerializer):
    """Through which channels a person wants to be told."""

    email = serializers.BooleanField(required=False)
    sms = serializers.BooleanField(required=False)
    push = serializers.BooleanField(required=False)
    in_app = serializers.BooleanField(required=False)


class PreferencesInput(StrictSerializer):
    """Choices of a person; what is not named stays."""

    theme = serializers.ChoiceField(["system", "light", "dark"], required=False)
    language = serializers.RegexField(r"^[a-z]{2}\Z", required=False)
    timezone = serializers.CharField(max_length=64, required=False, allow_blank=True)
    notifications = NotificationChoices(required=False)


class OwnProfileInput(UserProfileInput):
    """What people may change about themselves."""

    preferences = PreferencesInput(required=False)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        own: Any = attrs.pop("preferences", None)
        checked = super().validate(attrs)
        zone: Any = checked.get("preferences")
        if own is not None:
            checked["preferences"] = {**own, **(zone or {})}
        return checked


class UserCreateInput(UserProfileInput):
    """A new colleague; without a password a link is mailed that sets one."""

    email = serializers.EmailField(max_length=254)
    password = PasswordField(required=False)
    role = serializers.CharField(max_length=40, required=False)
    roles = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=20, required=False
    )

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        role = attrs.pop("role", None)
        if role is not None:
            attrs.setdefault("roles", [role])
        return super().validate(attrs)


class UserStatusInput(StrictSerializer):
    """Whether somebody may log in."""

    status = serializers.ChoiceField(SUSPENDABLE, required=False)
    is_active = serializers.BooleanField(required=False)
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if "is_active" in attrs:
            spelled = MembershipStatus.ACTIVE if attrs["is_active"] else MembershipStatus.SUSPENDED
            attrs.setdefault("status", spelled)
        if "status" not in attrs:
            raise serializers.ValidationError({"status": "Say active or suspended."})
        return attrs


class FollowerInput(StrictSerializer):
    """Who answers for an integration instead of a colleague who leaves."""

    integration_id = serializers.UUIDField()
    user_id = serializers.UUIDField()


class EndAccessInput(StrictSerializer):
    """How a colleague's access ends, and what the person who ends it shows once more."""

    reason = serializers.CharField(max_length=500, help_text="kept in the audit trail")
    work_to = serializers.UUIDField(
        required=False,
        default=None,
        allow_null=True,
        help_text="the user who takes over what they looked after; null: whoever takes it",
    )
    followers = FollowerInput(many=True, required=False, default=list)
    password = PasswordField(
        required=False, default="", help_text="your own; keys and programs send none"
    )
    code = serializers.CharField(
        max_length=20,
        required=False,
        default="",
        allow_blank=True,
        help_text="of your second factor",
    )


class WorkRow(serializers.Serializer[Any]):
    """How many rows of one sort a colleague looks after."""

    key = serializers.CharField()
    count = serializers.IntegerField()


class PlannedIntegrationRow(serializers.Serializer[Any]):
    """An integration that they answer for."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    responsible = serializers.EmailField()
    deputy = serializers.EmailField(allow_null=True)


class EndPlanAnswer(serializers.Serializer[Any]):
    """What ending a colleague's access would do."""

    log_ins = serializers.IntegerField()
    applications = serializers.IntegerField()
    tokens = serializers.IntegerField()
    invitations = serializers.IntegerField()
    roles = serializers.ListField(child=serializers.CharField())
    integrations = PlannedIntegrationRow(many=True)
    work = WorkRow(many=True)
    is_customer = serializers.BooleanField(help_text="A log-in as a customer stays.")
    works_elsewhere = serializers.BooleanField(help_text="Other companies are not touched.")


class EndedAccessAnswer(serializers.Serializer[Any]):
    """What was ended and handed over; zeros when the access had ended before."""

    status = serializers.ChoiceField(MembershipStatus.choices)
    log_ins = serializers.IntegerField()
    tokens = serializers.IntegerField()
    invitations = serializers.IntegerField()
    roles = serializers.ListField(child=serializers.CharField())
    integrations = serializers.IntegerField()
    integrations_left = serializers.IntegerField()
    work = WorkRow(many=True)


class ReportLineRow(serializers.Serializer[Any]):
    """One act of a colleague."""

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(ReportKind.choices)
    act = serializers.CharField()
    subject_type = serializers.CharField()
    subject_id = serializers.UUIDField()
    subject = serializers.CharField(help_text="Empty where it was erased.")
    customer_id = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField()
    reference = serializers.CharField()


class AccessReportAnswer(serializers.Serializer[Any]):
    """The last 90 days of a colleague; `lines` are the newest hundred, `total` counts all."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    counts = serializers.DictField(child=serializers.IntegerField())
    total = serializers.IntegerField()
    lines = ReportLineRow(many=True)


class UserRolesInput(StrictSerializer):
    """Roles to hold from now on, beside those held already."""

    role = serializers.CharField(max_length=40, required=False)
    roles = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=20, required=False
    )

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if "role" in attrs:
            attrs.setdefault("roles", [attrs["role"]])
        if not attrs.get("roles"):
            raise serializers.ValidationError({"roles": "Name at least one role."})
        return attrs


class EmailChangeInput(StrictSerializer):
    """A new address, and the password of the person who asks."""

    email = serializers.EmailField(max_length=254)
    password = PasswordField()


class SessionRow(RowSerializer):
    """A log-in that has not ended."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    channel = serializers.CharField()
    device = Computed(serializers.CharField(), "user_agent", compute=device_name)
    user_agent = serializers.CharField()
    ip_address = serializers.IPAddressField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class OwnSessionRow(serializers.Serializer[Any]):
    """One of one's own log-ins."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    channel = serializers.CharField()
    device = serializers.CharField()
    user_agent = serializers.CharField()
    ip_address = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    is_current = serializers.BooleanField(help_text="The log-in that asks.")


class OwnSessionsAnswer(serializers.Serializer[Any]):
    """One's own log-ins that have not ended."""

    sessions = OwnSessionRow(many=True)
    total = serializers.IntegerField()


class RoleRow(RowSerializer):
    """A role of this company. ``permissions`` are its grants: permissions and patterns."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    grants = serializers.ListField(child=serializers.CharField())
    is_seeded = serializers.BooleanField()
    is_customised = serializers.BooleanField()
    permissions = Computed(
        serializers.ListField(child=serializers.CharField()), "pk", compute=lambda pk: []
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = VersionField()


class RoleInput(StrictSerializer):
    """A role; ``permissions`` may hold patterns such as ``invoices:*``."""

    synonyms = {"grants": "permissions"}

    code = serializers.SlugField(max_length=40, required=False)
    name = serializers.CharField(max_length=80)
    description = serializers.CharField(
        max_length=300, required=False, default="", allow_blank=True
    )
    permissions = serializers.ListField(
        child=serializers.CharField(max_length=80), max_length=500, required=False
    )


class PermissionRow(serializers.Serializer):
    """Something that a role may allow."""

    code = serializers.CharField()
    description = serializers.CharField()
    resource = serializers.CharField()
    action = serializers.CharField()


class PermissionAuditRow(PermissionRow):
    """Who holds a permission, and through which roles."""

    roles = serializers.ListField(child=serializers.CharField())
    users = serializers.ListField(child=serializers.CharField())


class ApiKeyRow(RowSerializer):
    """A key; the key itself is shown once, when it is made."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    mode = serializers.CharField()
    hint = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    networks = serializers.ListField(child=serializers.CharField())
    integration_id = serializers.UUIDField()
    integration = serializers.CharField(source="integration.name")
    responsible = serializers.EmailField(source="integration.responsible.email")
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    last_used_address = serializers.IPAddressField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = VersionField()


class NewApiKeyAnswer(ApiKeyRow):
    """A key that was just made."""

    key = serializers.CharField(help_text="shown once")


class ApiKeyInput(StrictSerializer):
    """A new key."""

    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(
        child=serializers.CharField(max_length=80), min_length=1, max_length=500
    )
    networks = serializers.ListField(
        child=serializers.CharField(max_length=50), max_length=50, required=False, default=list
    )
    expires_at = InstantField(required=False, default=None, allow_null=True)
    integration_id = serializers.UUIDField()


class ApiKeyRotateInput(StrictSerializer):
    """How long the old key works on."""

    overlap_seconds = serializers.IntegerField(
        min_value=0, max_value=604_800, required=False, default=86_400
    )
