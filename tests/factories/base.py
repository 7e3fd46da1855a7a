"""What every factory of ours builds on."""

import factory

FIRST_NUMBER = 10_000


class ModelFactory(factory.django.DjangoModelFactory):
    """Counts from 10,000, so that what is sorted by a name comes in the order it was made in.

    From zero, "Hosting 10" comes before "Hosting 9", and a test of an order fails only in those
    runs in which its rows happen to be the ninth and the tenth.
    """

    class Meta:
        abstract = True

    @classmethod
    def _setup_next_sequence(cls) -> int:
        return FIRST_NUMBER
