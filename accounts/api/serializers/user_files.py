"""Many people at once: files in and out, and changes."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers.users import SUSPENDABLE
from ispplatform.core.api.resources.bulk import IDS_MAX
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.sheets import SheetFormat


class UserImportInput(StrictSerializer):
    """A file of people: `email`, `first_name`, `last_name`, `roles` (separated by `;`)."""

    file = serializers.FileField(max_length=200, allow_empty_file=True)
    format = serializers.ChoiceField(
        SheetFormat.choices, required=False, help_text="By default what the name ends with."
    )
    is_confirmed = serializers.BooleanField(
        default=False, help_text="Invite at once, instead of waiting for `confirm` of the run."
    )


class RoleCodes(serializers.ListField):
    """Codes of roles."""

    def __init__(self, **kwargs: Any) -> None:
        child = serializers.CharField(max_length=40)
        super().__init__(**{"child": child, "max_length": 20, "required": False, **kwargs})


class UserChanges(StrictSerializer):
    """What becomes of each; what is not named stays."""

    status = serializers.ChoiceField(SUSPENDABLE, required=False)
    roles = RoleCodes(help_text="Exactly these.")
    add_roles = RoleCodes()
    remove_roles = RoleCodes()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Name at least one change.")
        return attrs


class UserBulkInput(StrictSerializer):
    """Which colleagues, and what becomes of them."""

    synonyms = {"fields": "update"}

    ids = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=IDS_MAX
    )
    update = UserChanges()
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
