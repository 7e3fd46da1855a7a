"""The test card numbers that the sandbox gateway knows, and how each behaves."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CardBehavior(StrEnum):
    """What a charge of the card does."""

    SUCCEEDS = "succeeds"
    DECLINED = "declined"
    AUTHENTICATES = "authenticates"
    LATE = "late"
    REFUND_FAILS = "refund_fails"


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedCard:
    """A published test number.

    Args:
        decline_code: why a charge is declined, for cards that are.
        label: what it shows, for people who test.
        country: of the bank that issued it; empty: nobody tells.
    """

    number: str
    brand: str
    behavior: CardBehavior
    label: str | Promise
    decline_code: str = ""
    country: str = ""

    @property
    def last_four(self) -> str:
        """The last digits, as receipts show them."""
        return self.number[-4:]

    @property
    def spaced(self) -> str:
        """The number in groups of four."""
        return " ".join(self.number[place : place + 4] for place in range(0, 16, 4))


# Source: docs.stripe.com/testing, so that what is learned here holds there; the late card is ours.
TEST_CARDS = {
    card.number: card
    for card in (
        PublishedCard(
            number="4242424242424242",
            brand="visa",
            behavior=CardBehavior.SUCCEEDS,
            label=_("succeeds"),
        ),
        PublishedCard(
            number="5555555555554444",
            brand="mastercard",
            behavior=CardBehavior.SUCCEEDS,
            label=_("succeeds"),
        ),
        PublishedCard(
            number="4000056655665556",
            brand="visa",
            behavior=CardBehavior.SUCCEEDS,
            label=_("succeeds"),
        ),
        PublishedCard(
            number="4000000000000002",
            brand="visa",
            behavior=CardBehavior.DECLINED,
            label=_("is declined"),
            decline_code="card_declined",
        ),
        PublishedCard(
            number="4000000000009995",
            brand="visa",
            behavior=CardBehavior.DECLINED,
            label=_("has no money"),
            decline_code="insufficient_funds",
        ),
        PublishedCard(
            number="4000000000009987",
            brand="visa",
            behavior=CardBehavior.DECLINED,
            label=_("is reported lost"),
            decline_code="lost_card",
        ),
        PublishedCard(
            number="4000000000003220",
            brand="visa",
            behavior=CardBehavior.AUTHENTICATES,
            label=_("asks for authentication"),
        ),
        PublishedCard(
            number="4000000000000093",
            brand="visa",
            behavior=CardBehavior.LATE,
            label=_("settles a minute later"),
        ),
        PublishedCard(
            number="4000000000005126",
            brand="visa",
            behavior=CardBehavior.REFUND_FAILS,
            label=_("succeeds, but refunds fail"),
        ),
        PublishedCard(
            number="4000000760000002",
            brand="visa",
            behavior=CardBehavior.SUCCEEDS,
            label=_("succeeds, and comes from Brazil"),
            country="BR",
        ),
        PublishedCard(
            number="4000002760000016",
            brand="visa",
            behavior=CardBehavior.SUCCEEDS,
            label=_("succeeds, and comes from Germany"),
            country="DE",
        ),
    )
}

DECLINES: dict[str, str | Promise] = {
    "card_declined": _("Your bank declined the card."),
    "insufficient_funds": _("There is not enough money on the card."),
    "lost_card": _("Your bank declined the card."),
    "authentication_required": _("Your bank wants you to confirm this payment."),
    "authentication_failed": _("The payment was not confirmed."),
}
TOKEN_PREFIX = "sbx_tok_"  # noqa: S105 - the tokens of a sandbox are no secret


def sandbox_token(number: str) -> str:
    """Return the token that stands for a test card, as a gateway's form would.

    Raises:
        ValueError: the number is no published test number. Never accept others here: nobody is to
            type a real card.
    """
    digits = "".join(character for character in number if character.isdigit())
    if digits not in TEST_CARDS:
        raise ValueError("This is not one of the test cards.")
    return f"{TOKEN_PREFIX}{digits}"
