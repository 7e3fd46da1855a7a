"""The people who act for a customer, in and out."""

from typing import Any

from rest_framework import serializers

from accounts.choices import PortalAccountStatus
from accounts.rules.people_areas import WORDS, areas_of_grants
from ispplatform.core.api.fields import Computed
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer

AREAS = list(WORDS)


class PersonRow(RowSerializer):
    """Somebody who acts for the customer."""

    id = serializers.UUIDField()
    portal_id = serializers.CharField()
    email = serializers.EmailField(source="user.email")
    first_name = serializers.CharField(source="user.first_name")
    last_name = serializers.CharField(source="user.last_name")
    status = serializers.ChoiceField(PortalAccountStatus.choices)
    areas = Computed(
        serializers.ListField(child=serializers.ChoiceField(AREAS)),
        "grants",
        compute=areas_of_grants,
    )
    created_at = serializers.DateTimeField()


class PeopleAnswer(serializers.Serializer[Any]):
    """The people who act for the customer."""

    people = PersonRow(many=True)
    total = serializers.IntegerField()


class AreasInput(StrictSerializer):
    """What a colleague may do."""

    areas = serializers.ListField(child=serializers.ChoiceField(AREAS), max_length=len(AREAS))


class PersonInput(AreasInput):
    """A colleague who gets a log-in."""

    email = serializers.EmailField(max_length=254)
    first_name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    last_name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class OpenInput(StrictSerializer):
    """Whether a colleague may log in."""

    is_open = serializers.BooleanField()
