"""A paid line that a provider refused for good: another name, money back, or credit."""

from decimal import Decimal

import pytest

from billing.models import DocumentLine, Refund
from billing.selectors.ledger import ledger_differences
from domains.errors import InvalidDomainName
from domains.models import SandboxRegistration
from hosting.models import HostingServer
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import AttentionItem, AuditEntry, FaultMode
from ispplatform.core.testing import run_until_quiet
from provisioning.choices import ServiceStatus
from provisioning.errors import ServiceStateForbids
from provisioning.models import Service
from sales.choices import LineStatus, OrderStatus
from sales.errors import DomainTaken, LineNotOrderable, OrderNotOpen
from sales.models import Order
from sales.selectors.status import line_status
from sales.services.other_names import service_rename
from sales.services.returns import order_line_return
from sales.workflows.other_names import service_other_name
from tests.actors import staff
from tests.desk import Desk, text_of
from tests.factories.catalog import PlanFactory, PriceFactory
from tests.house import broken
from tests.sales.conftest import STAFF, Shop

REFUSED = "refused-kontor.example"


@pytest.fixture
def order(shop: Shop) -> Order:
    """A paid order whose name the registrar refused; hosting and mailbox are active."""
    order = shop.ordered(shop.full_cart(REFUSED))
    shop.pay(order)
    assert order.status == OrderStatus.NEEDS_PERSON
    return order


def service_of(shop: Shop, order: Order) -> Service:
    return order.lines.get(plan=shop.domain_plan).service


def matter(service: Service) -> AttentionItem:
    return AttentionItem.objects.get(kind="provisioning.trouble", subject_id=service.pk)


def test_another_name_is_set_up_at_the_price_that_was_paid(shop: Shop, order: Order):
    service = service_of(shop, order)

    service_other_name(actor=STAFF, service=service, name=" Better-Kontor.example")
    run_until_quiet()

    service.refresh_from_db()
    order.refresh_from_db()
    line = order.lines.get(plan=shop.domain_plan)
    assert (service.status, service.label) == (ServiceStatus.ACTIVE, "better-kontor.example")
    assert order.status == OrderStatus.COMPLETED
    assert (line.domain_name, line.gross) == ("better-kontor.example", Decimal("10.71"))
    assert service.subscription.label == line.label == ".example domain: better-kontor.example"
    assert [row.name for row in SandboxRegistration.objects.all()] == ["better-kontor.example"]
    assert matter(service).resolved_at is not None
    assert Refund.objects.count() == 0
    renamed = AuditEntry.objects.get(act="sales.order_line_rename")
    assert renamed.actor_label == STAFF.label
    billed = DocumentLine.objects.filter(document=shop.invoice(order).document)
    assert any(REFUSED in row.label for row in billed)


def test_another_name_passes_the_rules_of_the_shop(shop: Shop, order: Order):
    PriceFactory(plan=PlanFactory(domain=True, tld="test", code="test"), cycle="yearly")
    service = service_of(shop, order)

    for name, error in (
        ("no name", InvalidDomainName),
        ("kontor.test", LineNotOrderable),
        ("taken-kontor.example", DomainTaken),
    ):
        with pytest.raises(error):
            service_other_name(actor=STAFF, service=service, name=name)
    with pytest.raises(NotPermitted):
        service_other_name(actor=staff("orders:read"), service=service, name="kontor2.example")

    service.refresh_from_db()
    assert service.configuration["domain"] == REFUSED
    assert matter(service).resolved_at is None


def test_a_double_click_names_once(shop: Shop, order: Order):
    service = service_of(shop, order)
    service_other_name(actor=STAFF, service=service, name="better-kontor.example")

    with pytest.raises(ServiceStateForbids):
        service_rename(actor=STAFF, service=service, name="second-kontor.example")
    run_until_quiet()

    assert [row.name for row in SandboxRegistration.objects.all()] == ["better-kontor.example"]


def test_what_may_still_be_made_gets_no_other_name(shop: Shop):
    broken(shop.registrar, FaultMode.REFUSED, call="info")
    order = shop.ordered(shop.full_cart())
    shop.pay(order)
    service = service_of(shop, order)
    assert service.trouble

    with pytest.raises(ServiceStateForbids):
        service_other_name(actor=STAFF, service=service, name="better-kontor.example")
    desk = Desk(shop.tenant, "admin")
    page = text_of(desk.get("admin:provisioning_service_change", service.pk))
    assert "Refund this line" not in page


@pytest.mark.parametrize("as_credit", [False, True])
def test_a_refused_line_goes_back_and_the_others_go_on(shop: Shop, order: Order, as_credit: bool):
    service = service_of(shop, order)
    line = order.lines.get(service=service)

    order_line_return(
        actor=STAFF, order_id=order.pk, line_id=line.pk, reason="Refused", as_credit=as_credit
    )
    with pytest.raises(OrderNotOpen):
        order_line_return(
            actor=STAFF, order_id=order.pk, line_id=line.pk, reason="Refused", as_credit=as_credit
        )
    run_until_quiet()

    service.refresh_from_db()
    line.refresh_from_db()
    order.refresh_from_db()
    assert (service.status, service.terminate_at) == (ServiceStatus.TERMINATED, None)
    assert line_status(line, is_paid=True) == LineStatus.REFUNDED
    assert order.status == OrderStatus.COMPLETED
    assert matter(service).resolved_at is not None
    assert shop.invoice(order).amount_credited == Decimal("10.71")
    assert shop.credit() == (Decimal("10.71") if as_credit else 0)
    assert [row.amount for row in Refund.objects.all()] == ([] if as_credit else [line.gross])
    assert ledger_differences() == []


def test_the_three_acts_stand_at_the_service_and_at_the_matter(shop: Shop, order: Order):
    service = service_of(shop, order)
    desk = Desk(shop.tenant, "billing", "support")
    for page in (
        text_of(desk.get("admin:provisioning_service_change", service.pk)),
        text_of(desk.get("admin:core_attentionitem_change", matter(service).pk)),
    ):
        for words in ("Other name", "Refund this line", "Give credit", "Try again"):
            assert words in page
    for act in ("refund-line", "credit-line"):
        asked = text_of(desk.get("admin:provisioning_service_act", service.pk, act))
        assert "10.71" in asked
    support = text_of(
        Desk(shop.tenant, "support").get("admin:provisioning_service_change", service.pk)
    )
    assert "Other name" in support
    assert "Refund this line" not in support


def test_a_refusal_of_the_new_name_stands_beside_its_field(shop: Shop, order: Order):
    service = service_of(shop, order)
    desk = Desk(shop.tenant, "support")
    page = text_of(
        desk.post("admin:provisioning_service_act", service.pk, "other-name", name="no name")
    )
    assert 'value="no name"' in page
    assert "errorlist" in page
    page = text_of(
        desk.post("admin:provisioning_service_act", service.pk, "other-name", name="better.example")
    )
    assert "better.example is being set up." in page
    assert "Other name" not in page


def test_a_button_that_is_pressed_twice_refunds_once(shop: Shop, order: Order):
    service = service_of(shop, order)
    desk = Desk(shop.tenant, "billing")
    pressed = ("admin:provisioning_service_act", service.pk, "refund-line")
    assert "is on the way back" in text_of(desk.post(*pressed, reason="Refused"))
    again = text_of(desk.post(*pressed, reason="Refused"))
    assert "It was done before, or is no longer possible." in again
    assert Refund.objects.count() == 1


def test_a_refused_mailbox_gets_another_name_of_its_domain(shop: Shop):
    broken(HostingServer.objects.get().connection, FaultMode.REFUSED, call="create_mailbox")
    order = shop.ordered()
    shop.pay(order)
    service = order.lines.get(plan=shop.email_plan).service
    assert service.trouble

    service_other_name(actor=STAFF, service=service, name="Hello")
    run_until_quiet()

    service.refresh_from_db()
    assert (service.status, service.configuration["mailbox"]) == (ServiceStatus.ACTIVE, "hello")
