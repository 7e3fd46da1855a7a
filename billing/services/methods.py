"""Cards that the gateway keeps for customers."""

from uuid import UUID

from django.db import transaction

from billing.choices import PaymentMethodKind
from billing.errors import PaymentMethodNotFound
from billing.models import PaymentMethod
from billing.providers.payments.base import CardSetup, MethodReceipt, PaymentGateway
from billing.services.gateway_customers import gateway_customer_reference
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.operations import operation_start
from ispplatform.core.providers.building import provider_for
from ispplatform.core.subjects import subject_of

METHOD_DETACH = "billing.method_detach"
MANAGE = "payment_methods:manage"


def payment_method_read(
    *, connection: ProviderConnection, token: str, customer: Customer
) -> MethodReceipt:
    """Have the gateway keep the card behind a one-time token. Network: before any transaction.

    Raises:
        ProviderUnavailable, ProviderOutcomeUnknown: the gateway cannot be asked now.
        ProviderRejected: it does not know the token.
        ConnectionInactive, ConnectionModeMismatch: the payment account cannot be used.
    """
    reference = gateway_customer_reference(connection=connection, customer=customer)
    gateway: PaymentGateway = provider_for(connection)
    return gateway.attach_method(token, customer_reference=reference)


def card_setup_begin(*, connection: ProviderConnection, customer: Customer) -> CardSetup:
    """Prepare for a customer to enter a card that is kept. Network: before any transaction.

    Raises:
        ProviderUnavailable, ProviderOutcomeUnknown: the gateway cannot be asked now.
        ProviderRejected: its form needs no preparation.
        ConnectionInactive, ConnectionModeMismatch: the payment account cannot be used.
    """
    reference = gateway_customer_reference(connection=connection, customer=customer)
    gateway: PaymentGateway = provider_for(connection)
    return gateway.begin_card(customer_reference=reference)


def payment_method_add(
    *,
    actor: Actor,
    customer: Customer,
    connection: ProviderConnection,
    card: MethodReceipt,
    is_saved: bool = True,
    is_default: bool = False,
) -> PaymentMethod:
    """Note a card that the gateway keeps; one that is noted already is returned as it is.

    Args:
        card: from ``payment_method_read``.
        is_saved: offer it again; otherwise it serves one payment.
        is_default: charge it for renewals; a customer's first saved card is the default anyway.

    Raises:
        NotPermitted: a customer adds one for another, or staff lack ``payment_methods:manage``.
    """
    _require_owner(actor, customer.pk)
    with transaction.atomic():
        known = _known(customer, connection, card)
        if known is not None:
            return _saved(actor, known) if is_saved and not known.is_saved else known
        own = PaymentMethod.objects.select_for_update().filter(customer=customer, is_default=True)
        first = is_saved and not own.exists()
        if is_saved and is_default:
            own.update(is_default=False)
        method = PaymentMethod.objects.create(
            customer=customer,
            connection=connection,
            kind=PaymentMethodKind.CARD,
            brand=card.brand[:20],
            last_four=card.last_four,
            expires_month=card.expires_month,
            expires_year=card.expires_year,
            country=card.country,
            gateway_reference=card.reference,
            is_saved=is_saved,
            is_default=is_saved and (is_default or first),
        )
        _audited("billing.payment_method_add", actor, method)
    return method


def _known(
    customer: Customer, connection: ProviderConnection, card: MethodReceipt
) -> PaymentMethod | None:
    rows = PaymentMethod.objects.select_for_update().filter(
        connection=connection, gateway_reference=card.reference, customer=customer, removed_at=None
    )
    return rows.first()


def _saved(actor: Actor, method: PaymentMethod) -> PaymentMethod:
    others = PaymentMethod.objects.filter(customer_id=method.customer_id, is_default=True)
    method.is_saved, method.is_default = True, not others.exists()
    method.save(update_fields=["is_saved", "is_default"])
    _audited("billing.payment_method_add", actor, method)
    return method


def payment_method_make_default(*, actor: Actor, method_id: UUID) -> PaymentMethod:
    """Charge this card for renewals from now on.

    Raises:
        PaymentMethodNotFound, NotPermitted.
    """
    with transaction.atomic():
        method = _locked(method_id)
        _require_owner(actor, method.customer_id)
        others = PaymentMethod.objects.filter(customer_id=method.customer_id, is_default=True)
        others.exclude(pk=method.pk).update(is_default=False)
        method.is_default = True
        method.save(update_fields=["is_default"])
        _audited("billing.payment_method_make_default", actor, method)
    return method


def payment_method_remove(*, actor: Actor, method_id: UUID) -> PaymentMethod:
    """Forget a card, here and at the gateway; what it paid stays.

    Raises:
        PaymentMethodNotFound, NotPermitted.
    """
    with transaction.atomic():
        method = _locked(method_id)
        _require_owner(actor, method.customer_id)
        _gone(method)
        _audited("billing.payment_method_remove", actor, method)
        operation_start(
            kind=METHOD_DETACH,
            key=str(method.pk),
            subject=subject_of(method),
            actor=actor,
            connection=method.connection,
            customer_id=method.customer_id,
        )
    return method


def payment_method_note(
    *, actor: Actor, method: PaymentMethod, card: MethodReceipt | None
) -> PaymentMethod:
    """Bring a card to what its gateway says of it: renewed by the bank, or gone.

    Args:
        card: None: the gateway keeps it no more; it leaves every list.
    """
    with transaction.atomic():
        rows = PaymentMethod.objects.select_for_update()
        method = rows.get(pk=method.pk)
        if method.removed_at is not None:
            return method
        if card is not None:
            method.brand, method.last_four = card.brand[:20], card.last_four
            method.expires_month, method.expires_year = card.expires_month, card.expires_year
            method.country = card.country
            fields = ["brand", "last_four", "expires_month", "expires_year", "country"]
            method.save(update_fields=fields)
        else:
            _gone(method)
        _audited("billing.payment_method_note", actor, method)
    return method


def _gone(method: PaymentMethod) -> None:
    was_default = method.is_default
    method.removed_at = system_now()
    method.is_default = method.is_saved = False
    method.save(update_fields=["removed_at", "is_default", "is_saved"])
    if was_default:
        _next_default(method)


def _next_default(method: PaymentMethod) -> None:
    rows = PaymentMethod.objects.filter(
        customer_id=method.customer_id, is_saved=True, removed_at=None
    )
    newest = rows.order_by("-pk").first()
    if newest is not None:
        newest.is_default = True
        newest.save(update_fields=["is_default"])


def _locked(method_id: UUID) -> PaymentMethod:
    rows = PaymentMethod.objects.select_for_update().filter(pk=method_id, removed_at=None)
    method = rows.first()
    if method is None:
        raise PaymentMethodNotFound("There is no such payment method.")
    return method


def _require_owner(actor: Actor, customer_id: UUID) -> None:
    if actor.is_customer:
        if actor.customer_id != customer_id:
            raise NotPermitted("This is not yours.")
        return
    actor.require(MANAGE)


def _audited(act: str, actor: Actor, method: PaymentMethod) -> None:
    audit(
        act,
        actor=actor,
        subject=subject_of(method),
        after={
            "brand": method.brand,
            "last_four": method.last_four,
            "is_default": method.is_default,
        },
        customer_id=method.customer_id,
    )
