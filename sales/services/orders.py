"""Placing an order: the moment in which wishes become an agreement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.models import Subscription
from billing.selectors.parties import present_tenant
from billing.services.lines import LineInput
from billing.services.pro_formas import proforma_create
from billing.services.subscriptions import subscription_create
from catalog.choices import PlanType
from catalog.rules.cycles import is_recurring
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.counters import take_number
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.events import publish
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of
from provisioning.models import Service
from provisioning.services.ordering import service_link_subscription, service_order
from sales.choices import CartStatus
from sales.errors import CartEmpty, PriceChanged, TermsNotAccepted
from sales.events import OrderPlaced
from sales.models import Cart, Order, OrderAcceptance, OrderLine
from sales.selectors.quotes import CartQuote, QuoteLine, cart_quote
from sales.services.locks import open_cart_locked
from sales.settings import ACCEPTED_DOCUMENTS, ORDER_EXPIRY_DAYS

NUMBER_FORMAT = "ORD-{year}-{number:05d}"
SET_UP_FIRST = (PlanType.DOMAIN, PlanType.HOSTING, PlanType.EMAIL)


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceOverride:
    """Another unit price for one cart line, given by staff.

    Args:
        unit_price: in the cart's currency, with tax where the plan's price is.
        reason: why; stands on the order line and in the audit trail.
    """

    unit_price: Decimal
    reason: str


def order_place(
    *,
    actor: Actor,
    cart: Cart,
    customer: Customer,
    payment_method: str = "",
    accepted: Sequence[str] = (),
    expected_total: Decimal | None = None,
    overrides: Mapping[UUID, PriceOverride] | None = None,
    staff_note: str = "",
) -> Order:
    """Make the cart a binding order, with its services (pending) and its pro-forma.

    It talks to no registrar: ``cart_names_require_free`` has asked once more just before. A name
    that is lost between that question and the registration leaves the line with a person.

    Args:
        accepted: codes of the documents that the customer accepted; staff who place an order on
            the telephone leave it out.
        expected_total: the total that the customer saw; another total refuses the order.
        overrides: cart line id to another price; needs ``orders:override_price``.

    Returns:
        The order, awaiting its payment until ``expires_on``.

    Raises:
        NotPermitted: neither the customer nor staff with ``orders:create``.
        InvalidInput: another price is given without a reason.
        CartEmpty, CartClosed, TermsNotAccepted, PriceChanged.
        PlatformError: what billing or provisioning refuses about a line.
    """
    tenant = present_tenant()
    _require_orderer(actor, customer)
    if overrides:
        actor.require("orders:override_price")
        _require_reasons(overrides)
    documents = _accepted_documents(tenant, accepted) if actor.is_customer else []
    with transaction.atomic():
        cart = open_cart_locked(cart.pk)
        cart.customer, cart.status = customer, CartStatus.ORDERED
        quote = quote_overridden(cart_quote(cart), overrides or {})
        if not quote.lines:
            raise CartEmpty("There is nothing in the cart.")
        order = _order_row(tenant, quote, actor=actor, payment_method=payment_method)
        order.staff_note = staff_note
        _write_lines(order, quote, actor=actor, overrides=overrides or {})
        if expected_total is not None and order.gross != expected_total:
            raise PriceChanged(
                "A price has changed since you opened this page. Please look at the new total.",
                total=order.gross,
                currency=order.currency,
            )
        OrderAcceptance.objects.bulk_create(
            OrderAcceptance(order=order, accepted_at=order.placed_at, **document)
            for document in documents
        )
        cart.save(update_fields=["customer", "status"])
        _tell(order, actor=actor, overrides=overrides or {})
    return order


def _require_orderer(actor: Actor, customer: Customer) -> None:
    if actor.is_customer:
        if actor.customer_id != customer.pk:
            raise NotPermitted("You can order for yourself only.")
        actor.require("own_orders:create")
    else:
        actor.require("orders:create")


def _require_reasons(overrides: Mapping[UUID, PriceOverride]) -> None:
    for one in overrides.values():
        if not one.reason.strip():
            raise InvalidInput(
                "Say why the price differs from the catalogue.", field="price_reason"
            )


def _accepted_documents(tenant: Tenant, accepted: Sequence[str]) -> list[dict[str, str]]:
    documents = ACCEPTED_DOCUMENTS.of(tenant)
    for document in documents:
        if document["code"] not in accepted:
            raise TermsNotAccepted(f"Please accept: {document['title']}.", field="accepted")
    return [
        {"document": one["code"], "title": one["title"], "version": one["version"]}
        for one in documents
    ]


def quote_overridden(quote: CartQuote, overrides: Mapping[UUID, PriceOverride]) -> CartQuote:
    """Put staff's prices in the place of the catalogue's; the amounts come with the document."""
    if not overrides:
        return quote
    lines = tuple(
        replace(
            line,
            inputs=(
                replace(line.inputs[0], unit_price=overrides[line.line.pk].unit_price),
                *line.inputs[1:],
            ),
        )
        if line.line.pk in overrides
        else line
        for line in quote.lines
    )
    return replace(quote, lines=lines)


def _order_row(tenant: Tenant, quote: CartQuote, *, actor: Actor, payment_method: str) -> Order:
    now, today = business_now(tenant), business_today(tenant)
    number = take_number(f"sales.order_number.{today.year}", tenant.pk)
    cart = quote.cart
    return Order.objects.create(
        order_number=NUMBER_FORMAT.format(year=today.year, number=number),
        customer=cart.customer,
        cart=cart,
        currency=cart.currency,
        net=quote.totals.net,
        tax=quote.totals.tax,
        gross=quote.totals.gross,
        payment_method=payment_method,
        placed_at=now,
        placed_by=actor.label[:200],
        expires_on=today + timedelta(days=ORDER_EXPIRY_DAYS.of(tenant)),
    )


def _write_lines(
    order: Order,
    quote: CartQuote,
    *,
    actor: Actor,
    overrides: Mapping[UUID, PriceOverride],
) -> None:
    """Write services, subscriptions, order lines and the pro-forma that bills them."""
    inputs: list[LineInput] = []
    rows: list[OrderLine] = []
    hosting_by_name: dict[str, Service] = {}
    for position, line in enumerate(sorted(quote.lines, key=_setting_up_order), start=1):
        row = _line_row(order, line, position)
        if line.line.pk in overrides:
            row.price_reason = overrides[line.line.pk].reason[:200]
        row.service = _service(order, row, line, hosting_by_name, actor=actor)
        subscription = _subscription(order, row, line, actor=actor)
        subject = subject_of(row.service)
        mine = [replace(one, subject=subject, subscription=subscription) for one in line.inputs]
        inputs.extend(mine)
        rows.append(row)
    order.proforma = proforma_create(
        actor=actor,
        customer=order.customer,
        lines=inputs,
        subject=subject_of(order),
        due_on=order.expires_on,
        currency=order.currency,
    )
    _take_amounts(order, rows)


def _setting_up_order(line: QuoteLine) -> tuple[int, str]:
    kind = line.line.plan.type
    place = SET_UP_FIRST.index(kind) if kind in SET_UP_FIRST else len(SET_UP_FIRST)
    return place, str(line.line.pk)


def _line_row(order: Order, line: QuoteLine, position: int) -> OrderLine:
    wish = line.line
    return OrderLine(
        order=order,
        position=position,
        plan=wish.plan,
        price=line.price,
        label=line.label[:200],
        cycle=wish.cycle,
        quantity=wish.quantity,
        domain_mode=wish.domain_mode,
        domain_name=wish.domain_name,
        configuration=wish.configuration,
        currency=order.currency,
        net=line.net,
        tax=line.tax,
        gross=line.gross,
        renewal_gross=line.renewal_gross,
        renewal_on=line.renewal_on,
    )


def _service(
    order: Order,
    row: OrderLine,
    line: QuoteLine,
    hosting_by_name: dict[str, Service],
    *,
    actor: Actor,
) -> Service:
    wish = line.line
    configuration = dict(wish.configuration)
    if wish.domain_name:
        configuration["domain"] = wish.domain_name
    if wish.domain_mode:
        configuration["domain_mode"] = wish.domain_mode
    is_mail = wish.plan.type == PlanType.EMAIL
    service = service_order(
        actor=actor,
        customer=order.customer,
        plan=wish.plan,
        configuration=configuration,
        source=subject_of(row),
        depends_on=hosting_by_name.get(wish.domain_name) if is_mail else None,
    )
    if wish.plan.type == PlanType.HOSTING:
        hosting_by_name[wish.domain_name] = service
    return service


def _subscription(
    order: Order, row: OrderLine, line: QuoteLine, *, actor: Actor
) -> Subscription | None:
    if not is_recurring(row.cycle) or row.service is None:
        return None
    subscription = subscription_create(
        actor=Actor.system("sales.order_place"),
        customer=order.customer,
        price=line.price,
        quantity=row.quantity,
        label=row.label,
        subject=subject_of(row.service),
    )
    service_link_subscription(
        actor=Actor.system("sales.order_place"), service=row.service, subscription=subscription
    )
    return subscription


def _take_amounts(order: Order, rows: Sequence[OrderLine]) -> None:
    """Order and lines say what the pro-forma says, so that both always agree."""
    document = order.proforma
    if document is None:
        raise RuntimeError("An order's lines are written with its pro-forma.")
    billed = list(document.lines.all())
    for row in rows:
        mine = [one for one in billed if row.service and one.subject_id == row.service.pk]
        row.net = sum((one.net for one in mine), Decimal(0))
        row.tax = sum((one.tax for one in mine), Decimal(0))
        row.gross = sum((one.gross for one in mine), Decimal(0))
    OrderLine.objects.bulk_create(rows)
    order.net, order.tax = document.net_total, document.tax_total
    order.gross = document.gross_total
    order.save(update_fields=["proforma", "net", "tax", "gross", "staff_note"])


def _tell(order: Order, *, actor: Actor, overrides: Mapping[UUID, PriceOverride]) -> None:
    subject = subject_of(order)
    other_prices = [
        {"unit_price": str(one.unit_price), "reason": one.reason} for one in overrides.values()
    ]
    audit(
        "sales.order_place",
        actor=actor,
        subject=subject,
        after={
            "gross": order.gross,
            "currency": order.currency,
            "lines": [line.label for line in order.lines.all()],
            **({"other_prices": other_prices} if other_prices else {}),
        },
        reason=order.staff_note,
        customer_id=order.customer_id,
    )
    publish(
        OrderPlaced(
            order_id=order.pk,
            order_number=order.order_number,
            customer_id=order.customer_id,
            total=order.gross,
            currency=order.currency,
            expires_on=order.expires_on,
        ),
        subject=subject,
        customer_id=order.customer_id,
    )
