"""Which rules stop a paid order before anything is set up."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sales.choices import HoldRule


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldLimits:
    """What the tenant chose (desk, section 3).

    Args:
        total_above: in the order's currency; None where the tenant named no amount for it.
    """

    total_above: Decimal | None
    domains_above: int
    card_country: bool
    disposable_mail: bool
    first_order: bool
    every_order: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFacts:
    """What is known of a paid order.

    Args:
        total: gross, in the order's currency.
        domains_24h: domains that this customer ordered within 24 hours, this order included.
        card_country: ISO 3166 code that the payment gateway told; empty when it told none.
        address_country: ISO 3166 code of the billing address.
        mail_domain: what stands after the @ of the customer's address, lower case.
        is_first_order: no earlier order of this customer was ever accepted.
    """

    total: Decimal
    domains_24h: int
    card_country: str
    address_country: str
    mail_domain: str
    is_first_order: bool


def holds_for(
    facts: OrderFacts, *, limits: HoldLimits, disposable_domains: Collection[str]
) -> list[HoldRule]:
    """Return the rules that trip, in the order in which staff read them; empty: the order goes on.

    Source: desk, section 3.
    """
    tripped = {
        HoldRule.TOTAL: limits.total_above is not None and facts.total > limits.total_above,
        HoldRule.CURRENCY: limits.total_above is None,
        HoldRule.MANY_DOMAINS: facts.domains_24h > limits.domains_above,
        HoldRule.CARD_COUNTRY: limits.card_country
        and bool(facts.card_country)
        and facts.card_country != facts.address_country,
        HoldRule.DISPOSABLE_MAIL: limits.disposable_mail
        and facts.mail_domain in disposable_domains,
        HoldRule.FIRST_ORDER: limits.first_order and facts.is_first_order,
        HoldRule.EVERY_ORDER: limits.every_order,
    }
    return [rule for rule, trips in tripped.items() if trips]
