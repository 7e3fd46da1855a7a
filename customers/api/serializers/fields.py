"""Fields that take what the specification's documents call differently."""

from typing import Any

from rest_framework import serializers

from customers.choices import ContactPurpose, CustomerType
from ispplatform.core.api.serializers import StrictSerializer

TYPE_SYNONYMS = {"residential": CustomerType.PERSON, "enterprise": CustomerType.BUSINESS}


class CustomerTypeField(serializers.ChoiceField):
    """``person`` or ``business``; ``residential`` and ``enterprise`` are understood."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=CustomerType.choices, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        known = TYPE_SYNONYMS.get(data) if isinstance(data, str) else None
        return super().to_internal_value(known or data)


class AddressInput(StrictSerializer):
    """The parts of an address; those that are left out stay as they are."""

    synonyms = {"zip": "postal_code", "street_address": "street", "line1": "street"}

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    street = serializers.CharField(max_length=200, required=False, allow_blank=True)
    street2 = serializers.CharField(max_length=200, required=False, allow_blank=True)
    city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    state = serializers.CharField(max_length=100, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=20, required=False, allow_blank=True)
    country = serializers.CharField(max_length=60, required=False, allow_blank=True)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({"street": data} if isinstance(data, str) else data)


class PurposesField(serializers.ListField):
    """What a contact is written to about."""

    def __init__(self, **kwargs: Any) -> None:
        child = serializers.ChoiceField(choices=ContactPurpose.choices)
        super().__init__(child=child, max_length=len(ContactPurpose), **kwargs)
