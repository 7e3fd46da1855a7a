"""Tags, notes, contacts and the timeline, in and out."""

from rest_framework import serializers

from customers.api.serializers.fields import PurposesField
from customers.choices import ContactPurpose
from customers.models.tags import DEFAULT_COLOR
from customers.selectors.timeline import timeline_sentence
from ispplatform.core.api.fields import Computed, InstantField, VersionField
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer

COLOR = r"^#[0-9a-fA-F]{6}\Z"


def _purposes(is_billing: bool, is_technical: bool, is_abuse: bool) -> list[str]:
    flags = (is_billing, is_technical, is_abuse)
    return [name for name, flag in zip(ContactPurpose.values, flags, strict=True) if flag]


class TagRow(RowSerializer):
    """A tag, and how many customers carry it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    color = serializers.CharField()
    customers_count = serializers.IntegerField()
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class TagInput(StrictSerializer):
    """A tag."""

    ignored_names = StrictSerializer.ignored_names | {"customers_count"}

    name = serializers.CharField(max_length=40)
    color = serializers.RegexField(COLOR, required=False, default=DEFAULT_COLOR)


class TagChange(StrictSerializer):
    """What changes of a tag."""

    ignored_names = TagInput.ignored_names

    name = serializers.CharField(max_length=40, required=False)
    color = serializers.RegexField(COLOR, required=False)


class NoteRow(RowSerializer):
    """A note."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    is_pinned = serializers.BooleanField()
    author_id = serializers.UUIDField(allow_null=True)
    author = serializers.CharField(source="author_label")
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class NoteInput(StrictSerializer):
    """A note."""

    synonyms = {"note": "text", "content": "text"}
    ignored_names = StrictSerializer.ignored_names | {"author", "author_id"}

    text = serializers.CharField(max_length=10_000)
    is_pinned = serializers.BooleanField(required=False, default=False)


class NoteChange(StrictSerializer):
    """What changes of a note."""

    synonyms = NoteInput.synonyms
    ignored_names = NoteInput.ignored_names

    text = serializers.CharField(max_length=10_000, required=False)
    is_pinned = serializers.BooleanField(required=False)


class ContactRow(RowSerializer):
    """A contact."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    phone = serializers.CharField()
    purposes = Computed(
        PurposesField(), "is_billing", "is_technical", "is_abuse", compute=_purposes
    )
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class ContactInput(StrictSerializer):
    """A contact."""

    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    purposes = PurposesField(required=False, default=[ContactPurpose.TECHNICAL.value])


class CustomerCounts(serializers.Serializer):
    """How many customers there are; ``new_*`` go by the company's calendar."""

    total = serializers.IntegerField()
    by_status = serializers.DictField(child=serializers.IntegerField())
    by_type = serializers.DictField(child=serializers.IntegerField())
    new_this_month = serializers.IntegerField()
    new_last_month = serializers.IntegerField()


class ActivityRow(RowSerializer):
    """Something that happened to a customer."""

    id = serializers.UUIDField()
    type = serializers.CharField(source="act")
    description = Computed(
        serializers.CharField(),
        "act",
        "values__subject_label",
        "values__before",
        "values__after",
        compute=timeline_sentence,
    )
    reason = serializers.CharField(source="values.reason")
    actor_type = serializers.CharField()
    actor = serializers.CharField(source="values.actor_label")
    on_behalf_of = serializers.CharField(source="values.on_behalf_of")
    subject_type = serializers.CharField()
    subject_id = serializers.UUIDField()
    subject = serializers.CharField(source="values.subject_label")
    created_at = InstantField()
