"""What customers of the history do: come, order, pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from billing.models import Document, Payment, PaymentMethod
from billing.providers.payments.cards import sandbox_token
from billing.services.methods import payment_method_add, payment_method_read
from billing.services.payments import payment_record, payment_start
from catalog.choices import BillingCycle, DomainOffer, PlanType
from customers.models import Customer
from customers.services.customers import customer_create
from demo.actors import LOADER, buyer, staff
from demo.people import Person
from demo.world import World
from sales.models import Order
from sales.services.carts import cart_line_add, cart_open
from sales.services.orders import order_place

GOOD_CARD = "4242424242424242"
OTHER_CARD = "5555555555554444"
RARE_CARD = "4000056655665556"  # one customer has it, so that its last four find nobody else
DECLINED_CARD = "4000000000000002"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Something to be ordered.

    Args:
        plan: its code.
        name: the domain; for hosting a new one unless ``mode`` says otherwise.
    """

    plan: str
    cycle: str = BillingCycle.YEARLY
    name: str = ""
    mode: str = ""
    mailbox: str = ""


def arrive(person: Person, **more: Any) -> Customer:
    """Make the person a customer of the company at hand.

    Args:
        more: further fields of ``customer_create``.
    """
    return customer_create(
        actor=LOADER,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        company_name=person.company,
        phone=person.phone,
        address=person.address,
        **more,
    )


def order(world: World, customer: Customer, wishes: Sequence[Wish], *, currency: str = "") -> Order:
    """Let the customer fill a cart and order it."""
    cart = cart_open(customer=customer, currency=currency)
    for wish in wishes:
        plan = world.plans[wish.plan]
        is_hosting = plan.type == PlanType.HOSTING
        cart_line_add(
            cart=cart,
            plan=plan,
            cycle=wish.cycle,
            domain_mode=wish.mode or (DomainOffer.REGISTER if is_hosting else ""),
            domain_name=wish.name,
            configuration={"mailbox": wish.mailbox} if wish.mailbox else {},
        )
    return order_place(actor=buyer(customer), cart=cart, customer=customer, accepted=["terms"])


def card(world: World, customer: Customer, number: str = GOOD_CARD) -> PaymentMethod:
    """Let the gateway keep a card of the customer."""
    connection = world.providers.payments
    read = payment_method_read(
        connection=connection, token=sandbox_token(number), customer=customer
    )
    return payment_method_add(
        actor=buyer(customer), customer=customer, connection=connection, card=read
    )


def pay_by_card(placed: Order, method: PaymentMethod) -> Payment:
    """Let the customer pay an order with a card; the answer comes with the next work."""
    return payment_start(
        actor=buyer(placed.customer), document=_asked_for(placed), payment_method=method
    )


def pay_by_transfer(placed: Order) -> Payment:
    """Let all the money that an order asks for arrive by bank transfer."""
    document = _asked_for(placed)
    return payment_record(
        actor=staff("billing"),
        customer=placed.customer,
        amount=document.gross_total,
        reference=document.number,
        document=document,
    )


def _asked_for(placed: Order) -> Document:
    if placed.proforma is None:
        raise ValueError(f"{placed} asks for no money.")
    return placed.proforma
