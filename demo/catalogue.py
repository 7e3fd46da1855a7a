"""What the demo company sells."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.choices import BillingCycle, DomainOffer, PlanType
from catalog.models import Plan
from catalog.services import PriceData, plan_create, price_set
from ispplatform.core.actors import Actor
from ispplatform.core.money import round_amount

EUR, JPY, CHF = "EUR", "JPY", "CHF"
PER_EURO = {EUR: Decimal(1), JPY: Decimal(160), CHF: Decimal(1)}  # round, as shops price


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A plan with its prices in euro: by cycle, the first period and, where it differs, later."""

    code: str
    name: str
    type: str
    description: str
    prices: dict[str, tuple[str, str]]
    features: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    tld: str = ""
    setup: str = "0"


ALL_OFFERS = [DomainOffer.REGISTER, DomainOffer.OWN, DomainOffer.LATER]
MONTHLY, YEARLY = BillingCycle.MONTHLY, BillingCycle.YEARLY

OFFERS = (
    Offer(
        code="domain-example",
        name=".example domain",
        type=PlanType.DOMAIN,
        description="Your name on the internet, with DNS included.",
        tld="example",
        prices={YEARLY: ("9.00", "14.00")},
        features=("DNS with all record types", "Renewed by itself", "Transfer code at any time"),
    ),
    Offer(
        code="domain-test",
        name=".test domain",
        type=PlanType.DOMAIN,
        description="For projects that want to be tried out.",
        tld="test",
        prices={YEARLY: ("12.00", "12.00")},
        features=("DNS with all record types", "Renewed by itself"),
    ),
    Offer(
        code="web-start",
        name="Web Start",
        type=PlanType.HOSTING,
        description="One website for a person, a club or a small shop.",
        prices={MONTHLY: ("4.90", "4.90"), YEARLY: ("49.00", "49.00")},
        features=("10 GB of space", "3 mailboxes", "Daily backup"),
        parameters={"package": "starter", "mailboxes": 3, "mailbox_mb": 2000},
    ),
    Offer(
        code="web-business",
        name="Web Business",
        type=PlanType.HOSTING,
        description="Room and speed for companies that earn their money online.",
        prices={MONTHLY: ("12.90", "12.90"), YEARLY: ("129.00", "129.00")},
        features=("50 GB of space", "25 mailboxes", "Daily backup", "Staging copy"),
        parameters={"package": "business", "mailboxes": 25, "mailbox_mb": 5000},
    ),
    Offer(
        code="web-pro",
        name="Web Pro",
        type=PlanType.HOSTING,
        description="For agencies and shops with many visitors.",
        prices={MONTHLY: ("29.00", "29.00"), YEARLY: ("290.00", "290.00")},
        features=("200 GB of space", "100 mailboxes", "Hourly backup", "Staging copies"),
        parameters={"package": "pro", "mailboxes": 100, "mailbox_mb": 10000},
        setup="19.00",
    ),
    Offer(
        code="mailbox",
        name="Mailbox",
        type=PlanType.EMAIL,
        description="A single mailbox under your own name.",
        prices={MONTHLY: ("1.50", "1.50"), YEARLY: ("15.00", "15.00")},
        features=("5 GB of mail", "Spam filter", "IMAP and webmail"),
        parameters={"package": "mail", "mailbox_mb": 5000},
    ),
)


def catalogue_make(
    *,
    actor: Actor,
    since: date,
    offers: Sequence[Offer] = OFFERS,
    currencies: Sequence[str] = (EUR, JPY),
) -> dict[str, Plan]:
    """Put the offers into the catalogue of the tenant in force, with prices valid from ``since``.

    Prices hold tax for persons and none for businesses; each in every currency, at a round rate.

    Returns:
        The plans by code.
    """
    return {
        offer.code: _made(offer, actor=actor, since=since, place=place, currencies=currencies)
        for place, offer in enumerate(offers)
    }


def _made(
    offer: Offer, *, actor: Actor, since: date, place: int, currencies: Sequence[str]
) -> Plan:
    plan = plan_create(
        actor=actor,
        code=offer.code,
        name=offer.name,
        type=offer.type,
        description=offer.description,
        features=list(offer.features),
        parameters=dict(offer.parameters),
        tld=offer.tld,
        domain_offers=ALL_OFFERS if offer.type == PlanType.HOSTING else [],
        sort_order=10 * place,
    )
    for cycle, (first, later) in offer.prices.items():
        for currency in currencies:
            for customer_type, tax_included in (("person", True), ("business", False)):
                price = PriceData(
                    currency=currency,
                    cycle=cycle,
                    customer_type=customer_type,
                    tax_included=tax_included,
                    amount=_amount(first, currency),
                    renewal_amount=_amount(later, currency) if later != first else None,
                    setup_amount=_amount(offer.setup, currency),
                )
                price_set(actor=actor, plan=plan, price=price, valid_from=since)
    return plan


def _amount(euro: str, currency: str) -> Decimal:
    return round_amount(Decimal(euro) * PER_EURO[currency], currency)
