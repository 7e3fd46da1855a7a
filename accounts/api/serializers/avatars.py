"""Pictures of people, in and out."""

from typing import Any

from rest_framework import serializers

from ispplatform.core.api.serializers import StrictSerializer


class AvatarInput(StrictSerializer):
    """A PNG or JPEG file of at most 8 MB."""

    synonyms = {"avatar": "picture", "image": "picture", "file": "picture"}

    picture = serializers.FileField(max_length=200, allow_empty_file=True)


class AvatarAnswer(serializers.Serializer[Any]):
    """Where the picture is shown, below this host; null where there is none."""

    avatar = serializers.CharField(allow_null=True)
