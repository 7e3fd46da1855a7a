"""Holding a paid order before anything is set up, when a rule says so."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from billing.choices import PaymentState
from billing.models import Payment
from billing.selectors.parties import billing_address
from catalog.choices import PlanType
from ispplatform.core.actors import Actor
from ispplatform.core.attention import attention_open
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now
from ispplatform.core.events import publish
from ispplatform.core.models import Tenant
from ispplatform.core.money import Money
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.models import Service
from sales.attention import ORDER_HELD
from sales.choices import HoldDecision, HoldRule
from sales.events import OrderHeld
from sales.models import Order, OrderHold, OrderLine
from sales.rules.disposable import DISPOSABLE_DOMAINS
from sales.rules.hold_totals import hold_total_for
from sales.rules.holds import HoldLimits, OrderFacts, holds_for
from sales.services.locks import order_locked
from sales.services.status import order_refresh
from sales.settings import (
    HOLD_CARD_COUNTRY,
    HOLD_DISPOSABLE_MAIL,
    HOLD_DOMAINS_ABOVE,
    HOLD_EVERY_ORDER,
    HOLD_FIRST_ORDER,
    HOLD_TOTALS_ABOVE,
)


def reason_to_hold(service: Service) -> str:
    """Return why a paid service has to wait, or an empty string; the guard of provisioning.

    The first question about an order notes that it is paid and asks the rules, once.
    """
    line = OrderLine.objects.filter(service=service).first()
    if line is None:
        return ""
    order = order_paid(order_id=line.order_id)
    open_holds = order.holds.filter(decision="").order_by("id")
    return " ".join(hold.sentence for hold in open_holds)


def order_paid(*, order_id: UUID) -> Order:
    """Note that an order is paid and ask the rules; asked again it changes nothing."""
    with transaction.atomic():
        order = order_locked(order_id)
        if order.holds_checked_at is not None:
            return order
        tenant = tenant_by_id(order.tenant_id)
        order.paid_at = order.holds_checked_at = business_now(tenant)
        order.save(update_fields=["paid_at", "holds_checked_at"])
        _hold_where_rules_trip(order, tenant)
        return order_refresh(order_id=order.pk)


def _hold_where_rules_trip(order: Order, tenant: Tenant) -> None:
    limits = HoldLimits(
        total_above=hold_total_for(order.currency, HOLD_TOTALS_ABOVE.of(tenant)),
        domains_above=HOLD_DOMAINS_ABOVE.of(tenant),
        card_country=HOLD_CARD_COUNTRY.of(tenant),
        disposable_mail=HOLD_DISPOSABLE_MAIL.of(tenant),
        first_order=HOLD_FIRST_ORDER.of(tenant),
        every_order=HOLD_EVERY_ORDER.of(tenant),
    )
    facts = _facts(order)
    rules = holds_for(facts, limits=limits, disposable_domains=DISPOSABLE_DOMAINS)
    if not rules:
        return
    holds = [
        OrderHold(order=order, rule=rule, sentence=_sentence(rule, order, facts)) for rule in rules
    ]
    OrderHold.objects.bulk_create(holds)
    sentences = [hold.sentence for hold in holds]
    subject = subject_of(order)
    audit(
        "sales.order_hold",
        actor=Actor.system("sales.holds"),
        subject=subject,
        reason=" ".join(sentences),
        customer_id=order.customer_id,
    )
    attention_open(
        kind=ORDER_HELD,
        subject=subject,
        sentence=" ".join(sentences),
        money=Money(order.gross, order.currency),
        customer_id=order.customer_id,
    )
    publish(
        OrderHeld(
            order_id=order.pk,
            order_number=order.order_number,
            customer_id=order.customer_id,
            reasons=list(rules),
        ),
        subject=subject,
        customer_id=order.customer_id,
    )


def _facts(order: Order) -> OrderFacts:
    customer = order.customer
    address = billing_address(customer)
    since = order.placed_at - timedelta(hours=24)
    recent = OrderLine.objects.filter(
        order__customer=customer, order__placed_at__gt=since, plan__type=PlanType.DOMAIN
    )
    earlier = Order.objects.filter(customer=customer, paid_at__isnull=False).exclude(pk=order.pk)
    return OrderFacts(
        total=order.gross,
        domains_24h=recent.count(),
        card_country=_card_country(order),
        address_country=address.country if address else "",
        mail_domain=customer.email.rpartition("@")[2].lower(),
        is_first_order=not earlier.filter(refused_at=None).exists(),
    )


def _card_country(order: Order) -> str:
    """Return where the card comes from that paid the order, last of several; else nothing."""
    rows = Payment.objects.filter(document=order.proforma, state=PaymentState.SETTLED)
    by_card = rows.exclude(payment_method=None).order_by("-settled_at", "-id")
    countries = by_card.values_list("payment_method__country", flat=True)
    return countries.first() or ""


def _sentence(rule: HoldRule, order: Order, facts: OrderFacts) -> str:
    texts = {
        HoldRule.TOTAL: _("The total of %(total)s %(currency)s is above the limit."),
        HoldRule.CURRENCY: _("No limit is set for totals in %(currency)s."),
        HoldRule.MANY_DOMAINS: _("%(domains)d domains were ordered within 24 hours."),
        HoldRule.CARD_COUNTRY: _("The card is from %(card)s, the address is in %(address)s."),
        HoldRule.DISPOSABLE_MAIL: _("%(mail)s gives out disposable addresses."),
        HoldRule.FIRST_ORDER: _("It is this customer's first order."),
        HoldRule.EVERY_ORDER: _("Every order is checked."),
    }
    return texts[rule] % {
        "total": order.gross,
        "currency": order.currency,
        "domains": facts.domains_24h,
        "card": facts.card_country,
        "address": facts.address_country,
        "mail": facts.mail_domain,
    }


def holds_decide(order: Order, *, decision: HoldDecision, actor: Actor) -> int:
    """Close the order's open holds; returns how many there were."""
    tenant = tenant_by_id(order.tenant_id)
    return order.holds.filter(decision="").update(
        decision=decision, decided_at=business_now(tenant), decided_by=actor.label[:200]
    )
