"""A company that sells names, hosting and mailboxes, with cards and bank transfer."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from billing.models import Document, Invoice, Payment
from billing.selectors.payments import credit_of
from billing.services.payments import payment_start
from catalog.models import Plan
from customers.models import Customer
from hosting.models import HostingServer
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.models import ProviderConnection, Tenant
from ispplatform.core.testing import run_until_quiet
from sales.models import Cart, Order
from sales.services.carts import cart_line_add, cart_open
from sales.services.orders import order_place
from tests.factories.billing import SUCCEEDS, GatewayFactory, kept_card, transferred
from tests.factories.catalog import PlanFactory, PriceFactory
from tests.factories.customers import CustomerFactory
from tests.factories.domains import DnsConnectionFactory, RegistrarConnectionFactory
from tests.factories.hosting import HostingServerFactory

STAFF = Actor(
    type=ActorType.USER,
    id="staff",
    label="billing@northwind.example",
    permissions=frozenset(
        {
            "orders:*",
            "customers:*",
            "services:*",
            "payments:*",
            "credit_notes:*",
            "invoices:*",
        }
    ),
)


@dataclass(frozen=True)
class Shop:
    """What the tests sell, to whom, and through what."""

    tenant: Tenant
    customer: Customer
    registrar: ProviderConnection
    gateway: ProviderConnection
    domain_plan: Plan
    hosting_plan: Plan
    email_plan: Plan

    @property
    def buyer(self) -> Actor:
        """The customer's own log-in."""
        return Actor(
            type=ActorType.CUSTOMER,
            id=str(self.customer.pk),
            label=self.customer.email,
            customer_id=self.customer.pk,
            permissions=frozenset({"own_orders:create", "own_orders:read", "services:read"}),
        )

    def full_cart(self, name: str = "kontor.example") -> Cart:
        """Hosting with a new domain, and a mailbox on it."""
        cart = cart_open(customer=self.customer)
        cart_line_add(
            cart=cart,
            plan=self.hosting_plan,
            cycle="monthly",
            domain_mode="register",
            domain_name=name,
        )
        cart_line_add(
            cart=cart,
            plan=self.email_plan,
            cycle="monthly",
            domain_name=name,
            configuration={"mailbox": "info"},
        )
        return cart

    def ordered(self, cart: Cart | None = None, **values: object) -> Order:
        """An order by the customer, with the terms accepted."""
        given = {"accepted": ["terms"], **values}
        return order_place(
            actor=self.buyer, cart=cart or self.full_cart(), customer=self.customer, **given
        )

    def pay(self, order: Order, number: str = SUCCEEDS) -> Payment:
        """Pay the order's pro-forma by card and let everything run that follows."""
        card = kept_card(self.customer, self.gateway, number)
        document: Document = order.proforma
        payment = payment_start(actor=self.payer, document=document, payment_method=card)
        run_until_quiet()
        payment.refresh_from_db()
        order.refresh_from_db()
        return payment

    @property
    def payer(self) -> Actor:
        """The platform, where the test is not about who pays."""
        return Actor.system("tests")

    def bank_transfer(self, order: Order) -> Payment:
        """Money for the order that staff record from the bank statement."""
        payment = transferred(self.customer, str(order.gross), order.proforma)
        run_until_quiet()
        return payment

    def credit(self) -> Decimal:
        """What the customer has to spend."""
        return credit_of(self.customer, "EUR")

    def invoice(self, order: Order) -> Invoice:
        """The invoice that the order's payment issued."""
        return Invoice.objects.get(document__made_from=order.proforma)


@pytest.fixture
def shop(tenant: Tenant) -> Shop:
    return open_shop(tenant)


def open_shop(
    tenant: Tenant,
    *,
    gateway: ProviderConnection | None = None,
    server: HostingServer | None = None,
) -> Shop:
    """A shop of the tenant in scope that can set up whatever it sells; sandboxes unless given."""
    domain_plan = PlanFactory(domain=True, tld="example")
    hosting_plan = PlanFactory(
        code="web",
        name="Web S",
        parameters={"package": "starter", "mailboxes": 3, "mailbox_mb": 1000},
        domain_offers=["register", "own", "later"],
    )
    email_plan = PlanFactory(
        type="email",
        code="mail",
        name="Mailbox",
        parameters={"package": "mail", "mailbox_mb": 2000},
    )
    PriceFactory(
        plan=domain_plan,
        cycle="yearly",
        amount=Decimal("9.00"),
        renewal_amount=Decimal("14.00"),
    )
    PriceFactory(plan=hosting_plan, cycle="monthly", amount=Decimal("5.00"))
    PriceFactory(plan=email_plan, cycle="monthly", amount=Decimal("1.00"))
    DnsConnectionFactory()
    server or HostingServerFactory()
    return Shop(
        tenant=tenant,
        customer=CustomerFactory(addressed=True, phone="+49 30 1234567"),
        registrar=RegistrarConnectionFactory(),
        gateway=gateway or GatewayFactory(),
        domain_plan=domain_plan,
        hosting_plan=hosting_plan,
        email_plan=email_plan,
    )
