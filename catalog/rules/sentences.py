"""A price in a sentence: what is paid now, what later, what once."""

from decimal import Decimal

from babel import Locale
from django.utils.translation import gettext as _

from catalog.choices import BillingCycle
from ispplatform.core.pages.formats import money_text


def first_period(cycle: str) -> str:
    """Return the words for the first period of a cycle."""
    return {
        BillingCycle.MONTHLY: _("the first month"),
        BillingCycle.QUARTERLY: _("the first 3 months"),
        BillingCycle.HALF_YEARLY: _("the first 6 months"),
        BillingCycle.YEARLY: _("the first year"),
        BillingCycle.TWO_YEARLY: _("the first 2 years"),
        BillingCycle.THREE_YEARLY: _("the first 3 years"),
    }.get(BillingCycle(cycle), "")


def every_period(cycle: str) -> str:
    """Return the words for each period of a cycle: ``a month``, ``every 3 months``, ``a year``."""
    return {
        BillingCycle.ONE_OFF: _("once"),
        BillingCycle.MONTHLY: _("a month"),
        BillingCycle.QUARTERLY: _("every 3 months"),
        BillingCycle.HALF_YEARLY: _("every 6 months"),
        BillingCycle.YEARLY: _("a year"),
        BillingCycle.TWO_YEARLY: _("every 2 years"),
        BillingCycle.THREE_YEARLY: _("every 3 years"),
    }[BillingCycle(cycle)]


def price_sentence(
    *,
    amount: Decimal,
    renews_at: Decimal,
    setup_amount: Decimal,
    currency: str,
    cycle: str,
    locale: Locale,
) -> str:
    """Return ``9.00 € for the first year, then 14.00 € a year, 5.00 € set-up``."""
    told = money_text(amount, currency, locale)
    if cycle != BillingCycle.ONE_OFF and renews_at != amount:
        sentence = _("%(now)s for %(first)s, then %(later)s %(every)s") % {
            "now": told,
            "first": first_period(cycle),
            "later": money_text(renews_at, currency, locale),
            "every": every_period(cycle),
        }
    else:
        sentence = f"{told} {every_period(cycle)}"
    if setup_amount:
        fee = money_text(setup_amount, currency, locale)
        return _("%(price)s, %(fee)s set-up") % {"price": sentence, "fee": fee}
    return sentence
