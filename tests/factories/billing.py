"""Documents, money and payment accounts, made by the services that make them for real."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import factory

from billing.models import Document, Invoice, Payment, PaymentMethod
from billing.providers.payments.base import PAYMENTS
from billing.providers.payments.cards import sandbox_token
from billing.services.invoices import invoice_issue
from billing.services.lines import LineInput
from billing.services.methods import payment_method_add, payment_method_read
from billing.services.payments import payment_record
from billing.services.pro_formas import proforma_create
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_today
from ispplatform.core.ids import uuid7
from ispplatform.core.models import ProviderConnection
from ispplatform.core.subjects import Subject
from tests.factories.base import ModelFactory
from tests.factories.catalog import PriceFactory
from tests.factories.customers import CustomerFactory

SYSTEM = Actor.system("test")
SUCCEEDS = "4242424242424242"
DECLINED = "4000000000000002"
AUTHENTICATES = "4000000000003220"
LATE = "4000000000000093"
REFUND_FAILS = "4000000000005126"


class GatewayFactory(ModelFactory):
    """The sandbox gateway of a company."""

    class Meta:
        model = ProviderConnection

    kind = PAYMENTS
    backend = "sandbox"
    name = factory.Sequence(lambda n: f"Sandbox gateway {n}")
    is_sandbox = True


class StripeFactory(ModelFactory):
    """An account at a stand-in for Stripe; ``api_base`` is its address."""

    class Meta:
        model = ProviderConnection

    class Params:
        api_base = "http://127.0.0.1:9"

    kind = PAYMENTS
    backend = "stripe"
    name = factory.Sequence(lambda n: f"Stripe {n}")
    config = factory.LazyAttribute(lambda made: {"api_base": made.api_base})
    credentials = factory.LazyFunction(
        lambda: {
            "secret_key": "sk_test_northwind",
            "publishable_key": "pk_test_northwind",
            "webhook_secrets": "whsec_northwind",
        }
    )


def line(price: str = "10.00", **values: Any) -> LineInput:
    """One line without tax in its price, billing a service of its own."""
    given = {
        "label": "Web hosting",
        "unit_price": Decimal(price),
        "subject": Subject(type="provisioning.service", id=uuid7(), label="example.org"),
    }
    return LineInput(**{**given, **values})


def issued_invoice(customer: Customer, *lines: LineInput, **values: Any) -> Invoice:
    """An open invoice; 10.00 net unless lines are given."""
    return invoice_issue(actor=SYSTEM, customer=customer, lines=lines or [line()], **values)


def open_pro_forma(customer: Customer, *lines: LineInput, **values: Any) -> Document:
    """An open pro-forma for an order of its own; 10.00 net unless lines are given."""
    order = Subject(type="sales.order", id=uuid7(), label="ORD-2026-00001")
    given: dict[str, Any] = {
        "subject": order,
        "due_on": business_today(customer.tenant) + timedelta(days=7),
    }
    return proforma_create(
        actor=SYSTEM, customer=customer, lines=lines or [line()], **{**given, **values}
    )


def transferred(
    customer: Customer, amount: str, document: Document | None = None, **values: Any
) -> Payment:
    """Money that came by bank transfer."""
    return payment_record(
        actor=SYSTEM,
        customer=customer,
        amount=Decimal(amount),
        reference="transfer",
        document=document,
        **values,
    )


def kept_card(
    customer: Customer, gateway: ProviderConnection, number: str = SUCCEEDS, **values: Any
) -> PaymentMethod:
    """A card that the sandbox keeps."""
    card = payment_method_read(connection=gateway, token=sandbox_token(number), customer=customer)
    return payment_method_add(
        actor=SYSTEM, customer=customer, connection=gateway, card=card, **values
    )


def addressed_customer(country: str = "DE", **values: Any) -> Customer:
    """A customer with a main address in a country."""
    return CustomerFactory(addressed=True, main_address__country=country, **values)


def price_of(amount: str = "9.00", **values: Any) -> Any:
    """A monthly price."""
    return PriceFactory(amount=Decimal(amount), **values)


def days_of(documents: Sequence[Document]) -> list[date]:
    """The issue days of documents, in their order."""
    return [document.issue_date for document in documents if document.issue_date]
