"""Plans and prices."""

from datetime import date
from decimal import Decimal

import factory

from catalog.choices import BillingCycle, PlanType
from catalog.models import Plan, Price
from tests.factories.base import ModelFactory


class PlanFactory(ModelFactory):
    """A hosting plan in the shop; ``domain=True`` makes it one for names under a TLD."""

    class Meta:
        model = Plan

    class Params:
        domain = factory.Trait(
            type=PlanType.DOMAIN,
            code=factory.Sequence(lambda n: f"domain-{n}"),
            name=factory.LazyAttribute(lambda plan: f".{plan.tld} domain"),
            tld=factory.Sequence(lambda n: f"tld{n}x"),
            parameters=factory.LazyFunction(dict),
            domain_offers=factory.LazyFunction(list),
        )

    code = factory.Sequence(lambda n: f"hosting-{n}")
    name = factory.Sequence(lambda n: f"Hosting {n}")
    type = PlanType.HOSTING
    parameters = factory.LazyFunction(
        lambda: {"package": "starter", "disk_mb": 10_240, "mailboxes": 10}
    )
    domain_offers = factory.LazyFunction(lambda: ["register", "own", "later"])


class PriceFactory(ModelFactory):
    """9.00 EUR a month without tax, since 2020."""

    class Meta:
        model = Price

    plan = factory.SubFactory(PlanFactory)
    currency = "EUR"
    cycle = BillingCycle.MONTHLY
    amount = Decimal("9.00")
    setup_amount = Decimal("0.00")
    valid_from = date(2020, 1, 1)
