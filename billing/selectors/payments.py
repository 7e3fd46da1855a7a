"""Which payments, methods and gateways a caller sees."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet, Sum

from billing.choices import PaymentState, ProFormaStatus
from billing.errors import (
    NoPaymentGateway,
    PaymentMethodNotFound,
    PaymentNotFound,
    PaymentStateWrong,
)
from billing.models import (
    CreditEntry,
    Document,
    GatewayCustomer,
    Payment,
    PaymentMethod,
    ProForma,
    Refund,
)
from billing.providers.payments.base import PAYMENTS, CardForm, PaymentGateway
from billing.selectors.invoices import amount_due
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.money import from_minor
from ispplatform.core.providers.building import provider_built, provider_for
from ispplatform.core.providers.selectors import connections_of_kind

# The outcome is still open.
UNDERWAY = (
    PaymentState.CREATED,
    PaymentState.REQUIRES_ACTION,
    PaymentState.PROCESSING,
    PaymentState.AUTHORIZED,
)


def payments_for(actor: Actor) -> QuerySet[Payment]:
    """Return the payments that the actor may see: staff all, a portal account its own.

    Raises:
        NotPermitted: staff or a key without ``payments:read``.
    """
    rows = Payment.objects.all()
    if actor.is_customer:
        return rows.filter(customer_id=actor.customer_id)
    actor.require("payments:read")
    return rows


def payment_by_id(payment_id: UUID | str, *, actor: Actor) -> Payment:
    """Return one payment.

    Raises:
        PaymentNotFound: no such payment, or none that the actor may see.
        NotPermitted.
    """
    rows = payments_for(actor).select_related("customer", "document", "payment_method")
    payment = rows.filter(pk=payment_id).first()
    if payment is None:
        raise PaymentNotFound("There is no such payment.")
    return payment


def refund_by_id(refund_id: UUID | str, *, actor: Actor) -> Refund:
    """Return one refund.

    Raises:
        PaymentNotFound: no such refund, or none that the actor may see.
        NotPermitted.
    """
    payments = payments_for(actor)
    refund = Refund.objects.filter(pk=refund_id, payment__in=payments).first()
    if refund is None:
        raise PaymentNotFound("There is no such refund.")
    return refund


def payment_methods_for(
    actor: Actor, *, customer_id: UUID | None = None
) -> QuerySet[PaymentMethod]:
    """Return the saved methods that the actor may see, the default first.

    Args:
        customer_id: narrows what staff see; a portal account sees its own anyway.

    Raises:
        NotPermitted: staff or a key without ``payment_methods:read``.
    """
    rows = PaymentMethod.objects.filter(removed_at=None, is_saved=True)
    rows = rows.order_by("-is_default", "-id")
    if actor.is_customer:
        return rows.filter(customer_id=actor.customer_id)
    actor.require("payment_methods:read")
    return rows if customer_id is None else rows.filter(customer_id=customer_id)


def payment_method_by_id(
    method_id: UUID | str, *, actor: Actor, customer_id: UUID | None = None
) -> PaymentMethod:
    """Return one saved method.

    Raises:
        PaymentMethodNotFound: no such method, or none that the actor may see.
        NotPermitted.
    """
    rows = payment_methods_for(actor, customer_id=customer_id)
    method = rows.filter(pk=method_id).first()
    if method is None:
        raise PaymentMethodNotFound("There is no such payment method.")
    return method


def payments_underway(document: Document) -> QuerySet[Payment]:
    """Return the payments of a document whose outcome is still open."""
    return Payment.objects.filter(document=document, state__in=UNDERWAY)


def charge_obstacle(payment: Payment) -> str:
    """Return why a payment's card is not to be charged any more; empty when nothing is against it.

    Its document may have been paid otherwise, in part or whole, or is about to be.
    """
    document = payment.document
    if document is None:
        return ""
    due = amount_due(document)
    if not due:
        return f"Nothing is owed on {document} any more."
    if payment.amount > due:
        return f"Only {due} {payment.currency} are owed on {document} by now."
    if payments_underway(document).exclude(pk=payment.pk).exists():
        return f"Another payment of {document} is on its way."
    return ""


def pro_formas_to_pay(document_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these pro-formas wait for the customer; two queries.

    One whose money has come is not among them, even while its order has not heard of it yet. One
    whose bank waits for the customer's confirmation is: he may have left the bank's page.
    """
    wanted = list(document_ids)
    begun = Payment.objects.filter(document__in=wanted, state__in=UNDERWAY)
    begun = begun.exclude(state=PaymentState.REQUIRES_ACTION)
    rows = ProForma.objects.filter(pk__in=wanted, status=ProFormaStatus.OPEN)
    being_paid = set(begun.values_list("document_id", flat=True))
    return set(rows.values_list("pk", flat=True)) - being_paid


def gateways() -> list[ProviderConnection]:
    """Return the tenant's active payment accounts, by name."""
    return list(connections_of_kind(PAYMENTS))


def gateway_default() -> ProviderConnection:
    """Return the payment account that takes cards.

    Raises:
        NoPaymentGateway: the tenant has none that is active.
    """
    connection = connections_of_kind(PAYMENTS).first()
    if connection is None:
        raise NoPaymentGateway("The company takes no cards at present. Pay by bank transfer.")
    return connection


def card_form_of(connection: ProviderConnection) -> CardForm:
    """Return which form takes cards for a payment account. Asks nobody outside.

    Raises:
        ConnectionInactive, ConnectionModeMismatch, InvalidInput: the account cannot be used.
    """
    gateway: PaymentGateway = provider_built(connection)
    return gateway.card_form()


def charge_secret_of(payment: Payment) -> str:
    """Return what the customer's browser confirms a waiting payment with; ask outside transactions.

    Raises:
        PaymentStateWrong: the payment does not wait for the customer.
        ProviderUnavailable, ProviderRejected: the gateway does not tell.
    """
    if payment.state != PaymentState.REQUIRES_ACTION or payment.connection is None:
        raise PaymentStateWrong("This payment does not wait for its customer.")
    gateway: PaymentGateway = provider_for(payment.connection)
    return gateway.charge_secret(payment.gateway_reference)


def credit_of(customer: Customer, currency: str) -> Decimal:
    """Return the credit that a customer has in a currency."""
    rows = CreditEntry.objects.filter(customer=customer, currency=currency, remaining__gt=0)
    return from_minor(rows.aggregate(left=Sum("remaining"))["left"] or 0, currency)


def known_gateway_customer(payment: Payment) -> str:
    """Return the id by which a payment's gateway knows its customer; empty when it does not."""
    rows = GatewayCustomer.objects.filter(
        connection_id=payment.connection_id, customer_id=payment.customer_id
    )
    return rows.values_list("reference", flat=True).first() or ""


def gateway_customer_of_method(connection_id: UUID, reference: str) -> str:
    """Return the gateway's id of the customer whose kept card has this reference; else empty."""
    methods = PaymentMethod.objects.filter(
        connection_id=connection_id, gateway_reference=reference, removed_at=None
    )
    rows = GatewayCustomer.objects.filter(
        connection_id=connection_id, customer__in=methods.values("customer")
    )
    return rows.values_list("reference", flat=True).first() or ""
