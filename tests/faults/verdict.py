"""What has to be true when a sale has come to rest, read from our rows and the sandbox's books."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Sum

from billing.choices import PaymentState, RefundState, SubscriptionStatus
from billing.models import CreditEntry, Invoice, Payment, SandboxCharge, SandboxRefund
from billing.providers.payments.base import ChargeState, RefundOutcome
from billing.selectors.ledger import ledger_differences
from billing.services.attention import UNMATCHED_MONEY
from domains.models import DnsZone, Domain, SandboxRegistrarEntry, SandboxZone
from hosting.models import HostingAccount, Mailbox, SandboxPanelAccount, SandboxPanelMailbox
from ispplatform.core.attention.selectors import attention_items_of_customer
from ispplatform.core.models import EventDelivery, Operation, OperationState, OutboxEvent
from ispplatform.core.money import from_minor
from ispplatform.core.subjects import subject_of
from provisioning.choices import ServiceStatus
from provisioning.models import Service
from sales.choices import OrderStatus
from tests.faults.sale import OPEN_DELIVERIES, OPEN_OPERATIONS, Sale


def shortcomings(sale: Sale) -> list[str]:
    """Return a sentence for everything that is not as it has to be; empty is health."""
    sale.order.refresh_from_db()
    return [
        *_left_lying(sale),
        *_money(sale),
        *_money_back(sale),
        *_order(sale),
        *_effects(sale),
        *ledger_differences(),
    ]


def services_of(sale: Sale) -> list[Service]:
    """Return the services of the sale, as they are now."""
    lines = sale.order.lines.select_related("service__subscription", "service__plan")
    return [line.service for line in lines if line.service is not None]


def left_for_people(sale: Sale) -> list[str]:
    """Return what still waits for a person, and what is paid and does not work."""
    rows = attention_items_of_customer(sale.customer.pk)
    waiting = [row.sentence for row in rows if row.kind != UNMATCHED_MONEY]
    if not sale.order.paid_at:
        return waiting
    services = services_of(sale)
    idle = [str(row) for row in services if row.status != ServiceStatus.ACTIVE or row.trouble]
    return [*waiting, *idle]


def _left_lying(sale: Sale) -> Iterator[str]:
    if OutboxEvent.objects.filter(dispatched_at=None).exists():
        yield "an event was dispatched to nobody"
    if EventDelivery.objects.filter(state__in=OPEN_DELIVERIES).exists():
        yield "an event was not delivered"
    if EventDelivery.objects.filter(state="parked").exists():
        yield "a lane is parked"
    if Operation.objects.filter(state__in=OPEN_OPERATIONS).exists():
        yield "an operation is open"
    shown = _shown(sale)
    stuck = Operation.objects.filter(
        customer_id=sale.customer.pk, state=OperationState.NEEDS_PERSON
    )
    for operation in stuck:
        if operation.pk not in shown:
            yield f"{operation.kind} waits for a person and nobody is told"


def _shown(sale: Sale) -> set[object]:
    rows = attention_items_of_customer(sale.customer.pk)
    return set(rows.values_list("subject_id", flat=True))


def _money(sale: Sale) -> Iterator[str]:
    charges = SandboxCharge.objects.filter(card__reference=sale.card.gateway_reference)
    keys = charges.filter(state=ChargeState.SETTLED).values_list("idempotency_key", flat=True)
    taken = Counter(key.partition("~")[0] for key in keys)  # "~2": anew after a refusal
    payments = {str(payment.pk): payment for payment in sale.payments()}
    for key, count in taken.items():
        payment = payments.get(key)
        if payment is None or count != 1:
            yield f"the card was charged {count} times under {key}"
        elif payment.state != PaymentState.SETTLED and not _is_charge_shown(sale, key):
            yield f"the card was charged and the payment is {payment.state}"
    for key, payment in payments.items():
        is_settled = payment.state == PaymentState.SETTLED
        if payment.method == "card" and is_settled and key not in taken:
            yield "a payment is settled and no card was charged"
        if payment.state in {PaymentState.PROCESSING, PaymentState.REQUIRES_ACTION}:
            yield f"a payment is left {payment.state}"
        if is_settled and payment.amount_settled != _placed(payment):
            yield "money was received and is nowhere"
    if len(taken) > 1 and not (sale.is_impatient or sale.gave_up):
        yield f"the card was charged {len(taken)} times"


def _money_back(sale: Sale) -> Iterator[str]:
    """What we say went back is what the gateway's books say, each refund once."""
    for payment in sale.payments():
        settled = payment.refunds.filter(state=RefundState.SETTLED)
        ours = sum((row.amount for row in settled), Decimal(0))
        theirs = SandboxRefund.objects.filter(
            charge__reference=payment.gateway_reference, outcome=RefundOutcome.SETTLED
        )
        sent = sum((row.amount for row in theirs), Decimal(0)) if payment.connection_id else ours
        if not ours == sent == payment.amount_refunded:
            yield f"{ours} went back, {sent} were sent, {payment.amount_refunded} are counted"


def _is_charge_shown(sale: Sale, key: str) -> bool:
    operations = Operation.objects.filter(kind="billing.charge", subject_id=key)
    return any(operation.pk in _shown(sale) for operation in operations)


def _placed(payment: Payment) -> Decimal:
    allocated = payment.allocations.aggregate(sum=Sum("amount"))["sum"] or 0
    kept = CreditEntry.objects.filter(payment=payment).aggregate(sum=Sum("amount"))["sum"] or 0
    return from_minor(allocated + kept, payment.currency)


def _order(sale: Sale) -> Iterator[str]:
    invoices = Invoice.objects.filter(document__made_from=sale.document)
    settled = sale.payments().filter(state=PaymentState.SETTLED)
    if invoices.count() != int(bool(settled)):
        yield f"{len(settled)} payments made {invoices.count()} invoices"
    if not settled:
        return
    shown = _shown(sale)
    troubled = False
    for service in services_of(sale):
        if service.status == ServiceStatus.ACTIVE:
            if service.trouble:
                yield f"{service} is active and in trouble: {service.trouble}"
            continue
        troubled = True
        if service.status != ServiceStatus.PENDING:
            yield f"{service} is {service.status}"
        if not service.trouble and not _waits_for_other(service):
            yield f"{service} is paid, not active, and in no trouble"
        if not _is_shown(service, shown) and not _waits_for_other(service):
            yield f"{service} is paid and not active, and nobody is told"
    expected = OrderStatus.NEEDS_PERSON if troubled else OrderStatus.COMPLETED
    if sale.order.status != expected:
        yield f"the order is {sale.order.status}, not {expected}"
    for name, subject in (
        ("billing.invoice_paid", invoices[0]),
        *([] if troubled else [("sales.order_completed", sale.order)]),
    ):
        count = OutboxEvent.objects.filter(name=name, subject_id=subject_of(subject).id).count()
        if count != 1:
            yield f"{name} was told {count} times"


def _is_shown(service: Service, shown: set[object]) -> bool:
    """Tell whether a row is about this service, or about an operation on what it is made of."""
    names = Domain.objects.filter(service=service)
    made_of = [
        service.pk,
        *names.values_list("pk", flat=True),
        *DnsZone.objects.filter(domain__in=names).values_list("pk", flat=True),
        *HostingAccount.objects.filter(service=service).values_list("pk", flat=True),
        *Mailbox.objects.filter(service=service).values_list("pk", flat=True),
    ]
    if shown.intersection(made_of):
        return True
    return Operation.objects.filter(pk__in=shown, subject_id__in=made_of).exists()


def _waits_for_other(service: Service) -> bool:
    """Tell whether the service builds on one that stands before a person."""
    return service.depends_on is not None and bool(service.depends_on.trouble)


def _effects(sale: Sale) -> Iterator[str]:
    registered = SandboxRegistrarEntry.objects.filter(name=sale.name, act="register").count()
    accounts = SandboxPanelAccount.objects.filter(domain=sale.name).count()
    boxes = SandboxPanelMailbox.objects.filter(address=f"info@{sale.name}").count()
    is_paid = sale.order.paid_at is not None
    for what, count in (("name", registered), ("account", accounts), ("mailbox", boxes)):
        if count > 1 or (count and not is_paid):
            yield f"{count} effects: {what}, paid: {is_paid}"
    for service in services_of(sale):
        is_on = service.status == ServiceStatus.ACTIVE
        billed = service.subscription is not None and (
            service.subscription.status == SubscriptionStatus.ACTIVE
        )
        if billed != is_on:
            yield f"{service} is {service.status} and its subscription {service.subscription}"
        told = OutboxEvent.objects.filter(
            name="provisioning.service_activated", subject_id=service.pk
        ).count()
        if told != int(is_on):
            yield f"that {service} is active was told {told} times"
        if not is_on:
            continue
        if service.type == "domain":
            yield from _name_works(sale, registered)
        elif service.type == "hosting" and accounts != 1:
            yield f"{service} is active with {accounts} accounts"
        elif service.type == "email" and boxes != 1:
            yield f"{service} is active with {boxes} mailboxes"


def _name_works(sale: Sale, registered: int) -> Iterator[str]:
    if registered != 1:
        yield f"the name is active and was registered {registered} times"
    zone = DnsZone.objects.live().filter(name=sale.name).first()
    if zone is None or not (zone.is_pushed or (zone.trouble and _shown(sale))):
        yield "the name is active, its zone is not as it should be, and nobody is told"
    if not SandboxZone.objects.filter(name=sale.name).exists():
        yield "the name is active and its zone is not served"
