"""Customers with a story of their own: each of the situations that staff meet, at least once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

from accounts.models import PortalAccount
from accounts.services.portal_accounts import portal_account_create
from billing.models import Invoice, Payment
from billing.services.credit import credit_grant
from billing.services.payments import payment_record
from billing.services.refunds import refund_start
from billing.services.subscriptions import subscription_change
from catalog.choices import BillingCycle
from catalog.rules.cycles import months_later
from customers.models import Customer
from customers.rules.values import AddressData, ContactData
from customers.services.contacts import contact_add
from customers.services.notes import note_add
from demo.actors import LOADER, staff
from demo.company import LogIn, password_made
from demo.following_up import follow_up
from demo.shopping import (
    DECLINED_CARD,
    GOOD_CARD,
    OTHER_CARD,
    RARE_CARD,
    Wish,
    arrive,
    card,
    order,
    pay_by_card,
    pay_by_transfer,
)
from demo.world import World
from ispplatform.core.clock import system_now
from provisioning.choices import ReasonKind
from provisioning.services.suspension import service_suspend
from sales.choices import OrderStatus
from sales.models import Order
from sales.services.decisions import order_accept

MONTHLY, YEARLY = BillingCycle.MONTHLY, BillingCycle.YEARLY
LONG_NAME = (
    "Gesellschaft für nachhaltige Binnenschifffahrtsdienstleistungen und "
    "Hochwasserschutzeinrichtungen Unterelbe-Mittelholstein gemeinnützige GmbH & Co. KG"
)

LONG_DOMAIN = "hochwasserschutz-binnenschifffahrt-unterelbe-mittelholstein-ev.example"


def log_in_make(
    world: World, customer: Customer, *, email: str, first: str, last: str, who: str = ""
) -> PortalAccount:
    """Let somebody into the portal for a customer; ``who`` puts them on the list of log-ins."""
    password = password_made()
    account = portal_account_create(
        actor=LOADER,
        tenant=world.tenant,
        customer_id=customer.pk,
        email=email,
        password=password,
        first_name=first,
        last_name=last,
        is_proved=True,
    )
    if who:
        world.log_ins.append(LogIn(who, email, password))
    return account


def faithful(world: World) -> None:
    """Two years with us: names, hosting, mailboxes, a card that works. A portal log-in."""
    person = replace(
        world.people.person(), first_name="Anna", last_name="Keller", email="anna@mail.example"
    )

    def comes() -> None:
        customer = arrive(person, tags=["since 2024"])
        log_in_make(
            world, customer, email=person.email, first="Anna", last="Keller", who="Customer"
        )
        wishes = [
            Wish(plan="web-start", name="kellergarten.example", mailbox="info"),
            Wish(plan="mailbox", name="kellergarten.example", mailbox="anna"),
        ]
        placed = order(world, customer, wishes)
        pay_by_card(placed, card(world, customer))
        world.history.plan(2, 19, partial(comes_again, customer))

    def comes_again(customer: Customer) -> None:
        placed = order(world, customer, [Wish(plan="domain-example", name="gartenpost.example")])
        pay_by_card(placed, customer.payment_methods.get(is_default=True))

    world.history.plan(680, 10, comes)


def agency(world: World) -> None:
    """A business with three websites, a fourth to be paid, two log-ins, a technical contact."""
    person = replace(
        world.people.person(company="Studio Nordlicht GmbH"), email="mail@nordlicht.example"
    )

    def comes() -> None:
        customer = arrive(person, vat_number="DE136695976", industry="Web design", tags=["agency"])
        log_in_make(
            world, customer, email="mail@nordlicht.example", first="Nils", last="Arp",
            who="Customer (agency)",
        )  # fmt: skip
        log_in_make(world, customer, email="buero@nordlicht.example", first="Ida", last="Arp")
        contact_add(
            actor=LOADER,
            customer=customer,
            contact=ContactData(name="Night watch", email="noc@nordlicht.example"),
        )
        names = ["nordlicht.example", "segelschule-foerde.example", "teekontor.example"]
        wishes = [Wish(plan="web-business", name=name, mailbox="info") for name in names]
        placed = order(world, customer, wishes[:1])
        pay_by_card(placed, card(world, customer, OTHER_CARD))
        for place, wish in enumerate(wishes[1:], start=1):
            world.history.plan(500 - 100 * place, 11, partial(buys, customer, wish))
        world.history.plan(1, 15, partial(transfers_soon, customer))

    def transfers_soon(customer: Customer) -> None:
        wish = Wish(plan="web-business", name="foerdeboote.example", mailbox="info")
        order(world, customer, [wish])

    def buys(customer: Customer, wish: Wish) -> None:
        placed = order(world, customer, [wish])
        pay_by_card(placed, customer.payment_methods.get(is_default=True))

    world.history.plan(540, 9, comes)


def two_hats(world: World) -> None:
    """One person who acts for herself and for her company, with one log-in."""
    private = replace(
        world.people.person(), first_name="Mira", last_name="Sandberg", email="mira@mail.example"
    )
    business = replace(private, company="Sandberg Optics", email="office@sandberg-optics.example")

    def comes() -> None:
        for number, person in enumerate((private, business)):
            customer = arrive(person)
            who = "Customer (two accounts)" if number == 0 else ""
            log_in_make(
                world, customer, email="mira@mail.example", first="Mira", last="Sandberg", who=who
            )
            placed = order(world, customer, [Wish(plan="domain-example", name=names[number])])
            pay_by_transfer(placed)

    names = ["mirasandberg.example", "sandberg-optics.example"]
    world.history.plan(210, 15, comes)


def owes(
    world: World,
    *,
    who: str,
    days_ago: int,
    then: Callable[[Customer], None],
    is_followed_up: bool = False,
) -> None:
    """A customer who pays monthly by bank transfer, until one month nothing comes any more.

    Args:
        days_ago: when the first unpaid invoice is written, or up to three days earlier: three
            months have 89 to 92 days.
        then: happens on the day after the invoice was due.
        is_followed_up: dunning takes its steps in the history already.
    """
    person = world.people.person(company=who)
    today = world.history.today
    comes_on = today - timedelta(days=days_ago + 92)
    unpaid_on = months_later(comes_on, 3, anchor_day=comes_on.day)

    def comes() -> None:
        customer = arrive(person)
        wishes = [Wish(plan="web-start", name=world.people.domain(), cycle=MONTHLY)]
        placed = order(world, customer, wishes)
        pay_by_transfer(placed)
        world.unpaid[customer.pk] = unpaid_on
        world.history.plan((today - unpaid_on).days - 15, 11, lambda: then(customer))
        if is_followed_up:
            follow_up(world, customer, days=(today - unpaid_on).days)

    world.history.plan((today - comes_on).days, 13, comes)


def overdue(world: World) -> None:
    """Somebody whose invoice was due some days ago."""
    owes(world, who="Fuchs Cycles", days_ago=20, then=lambda customer: None)


def suspended_for_money(world: World) -> None:
    """Somebody whose hosting stands still because nothing was paid: dunning came to its end."""
    owes(
        world,
        who="Café Morgenrot",
        days_ago=40,
        then=lambda customer: None,
        is_followed_up=True,
    )


def part_paid(world: World) -> None:
    """Somebody who has transferred a part of what an invoice asks for."""

    def then(customer: Customer) -> None:
        invoice = Invoice.objects.open().filter(customer=customer).earliest("document__issue_date")
        payment_record(
            actor=staff("billing"),
            customer=customer,
            amount=Decimal("2.00"),
            reference=f"{invoice.number} first part",
            document=invoice.document,
        )

    owes(world, who="Lorenz Pottery", days_ago=18, then=then)


def suspended_for_abuse(world: World) -> None:
    """A website that sent spam, and stands still until its owner answers."""
    person = world.people.person(is_business=True)

    def comes() -> None:
        customer = arrive(person)
        placed = order(world, customer, [Wish(plan="web-start", name="winning-tickets.example")])
        pay_by_card(placed, card(world, customer, RARE_CARD))
        world.history.plan(4, 16, lambda: stops(customer))

    def stops(customer: Customer) -> None:
        note_add(
            actor=staff("support"),
            customer=customer,
            text="Contact form used for spam since Tuesday. Asked twice, no answer.",
            is_pinned=True,
        )
        service_suspend(
            actor=staff("support"),
            service=customer.services.get(type="hosting"),
            kind=ReasonKind.ABUSE,
            text="The website sends unwanted mail.",
        )

    world.history.plan(150, 10, comes)


def with_credit(world: World) -> None:
    """Somebody to whom we gave credit for an outage."""
    person = world.people.person()

    def comes() -> None:
        customer = arrive(person)
        placed = order(world, customer, [Wish(plan="web-start", name=world.people.domain())])
        pay_by_card(placed, card(world, customer))
        world.history.plan(33, 12, lambda: gives(customer))

    def gives(customer: Customer) -> None:
        credit_grant(
            actor=staff("billing"),
            customer=customer,
            amount=Decimal("15.00"),
            reason="Four hours without mail on the first Monday of the month.",
        )

    world.history.plan(120, 18, comes)


def refunded(world: World) -> None:
    """Somebody who changed their mind, and has the money back."""
    person = world.people.person()

    def comes() -> None:
        customer = arrive(person)
        placed = order(world, customer, [Wish(plan="domain-test", name="changed-mind.test")])
        pay_by_card(placed, card(world, customer))
        world.history.plan(24, 14, lambda: goes(customer))

    def goes(customer: Customer) -> None:
        refund_start(
            actor=staff("billing"),
            payment=Payment.objects.get(customer=customer),
            reason="Withdrawn within 14 days.",
        )

    world.history.plan(29, 20, comes)


def declined(world: World) -> None:
    """Somebody whose card was declined yesterday; the order waits."""
    person = world.people.person()

    def comes() -> None:
        customer = arrive(person)
        placed = order(world, customer, [Wish(plan="web-business", name=world.people.domain())])
        pay_by_card(placed, card(world, customer, DECLINED_CARD))

    world.history.plan(1, 10, comes)


def undecided(world: World) -> None:
    """Somebody who ordered two days ago and was to pay by bank transfer."""
    person = world.people.person(is_business=True)

    def comes() -> None:
        customer = arrive(person)
        order(world, customer, [Wish(plan="web-pro", name=world.people.domain())])

    world.history.plan(2, 11, comes)


def held(world: World) -> None:
    """A new customer who paid for six domains at once; a rule holds the order."""
    person = world.people.person(company="Quicknames Trading")

    def comes() -> None:
        customer = arrive(person)
        wishes = [Wish(plan="domain-example", name=world.people.domain()) for _ in range(6)]
        placed = order(world, customer, wishes)
        pay_by_card(placed, card(world, customer, OTHER_CARD))

    world.history.plan(0, 0, comes)  # on every today, also in its first hour


def refused_by_registry(world: World) -> None:
    """A paid name that the registry refuses: a person has to decide."""
    person = world.people.person()

    def comes() -> None:
        customer = arrive(person)
        name = "refused-lighthouse.example"
        placed = order(world, customer, [Wish(plan="domain-example", name=name)])
        pay_by_card(placed, card(world, customer))

    world.history.plan(1, 17, comes)


def expiring(world: World) -> None:
    """A name that expires in twelve days and is not to be renewed."""
    person = world.people.person()
    today = world.history.today
    expires_on = today + timedelta(days=12)
    comes_on = months_later(expires_on, -12, anchor_day=expires_on.day)

    def comes() -> None:
        customer = arrive(person)
        wishes = [Wish(plan="domain-example", name="sommerfest-2025.example")]
        placed = order(world, customer, wishes)
        pay_by_card(placed, card(world, customer))
        world.history.plan(80, 19, lambda: keeps_no_longer(customer))

    def keeps_no_longer(customer: Customer) -> None:
        for subscription in customer.subscriptions.all():
            subscription_change(
                actor=staff("support"), subscription_id=subscription.pk, auto_renew=False
            )

    world.history.plan((today - comes_on).days, 12, comes)


def reverse_charge(world: World) -> None:
    """A business in Austria with a checked VAT number: it pays no tax here."""
    person = replace(
        world.people.person(company="Alpenblick Touristik GmbH"),
        address=AddressData(
            street="Maria-Theresien-Straße 8", postal_code="6020", city="Innsbruck", country="AT"
        ),
        phone="+43 512 405060",
    )

    def comes() -> None:
        customer = arrive(person, vat_number="ATU13585627")
        customer.vat_checked_at = system_now()
        customer.save(update_fields=["vat_checked_at"])
        name = "alpenblick.example"
        placed = order(world, customer, [Wish(plan="web-pro", name=name, mailbox="office")])
        pay_by_transfer(placed)

    world.history.plan(300, 9, comes)


def yen(world: World) -> None:
    """A customer in Tokyo who pays in a currency without decimals."""
    person = replace(
        world.people.person(),
        first_name="Haruka",
        last_name="Tanaka",
        email="haruka@tanaka.example",
        phone="+81 3 1234 5678",
        address=AddressData(
            street="1-2-3 Marunouchi", postal_code="100-0005", city="Tokyo", country="JP"
        ),
    )

    def comes() -> None:
        customer = arrive(person, time_zone="Asia/Tokyo")
        wishes = [Wish(plan="web-start", name="tanaka.example", cycle=MONTHLY)]
        placed = order(world, customer, wishes, currency="JPY")
        pay_by_card(placed, card(world, customer, GOOD_CARD))
        world.history.plan(95, 9, lambda: looked_at(placed))

    def looked_at(placed: Order) -> None:
        placed.refresh_from_db()
        if placed.status == OrderStatus.ON_HOLD:
            order_accept(actor=staff("billing"), order_id=placed.pk, reason="A customer we know.")

    world.history.plan(95, 3, comes)


def long_names(world: World) -> None:
    """An IDN, a name as long as a label may be, and a company whose name fills two lines."""
    person = replace(world.people.person(company=LONG_NAME), email="post@binnenschiff.example")

    def comes() -> None:
        customer = arrive(person, language="de")
        wishes = [
            Wish(plan="web-business", name="müller-und-söhne.example", mailbox="info"),
            Wish(plan="domain-example", name=LONG_DOMAIN),
        ]
        placed = order(world, customer, wishes)
        pay_by_transfer(placed)

    world.history.plan(260, 8, comes)


CAST: tuple[Callable[[World], None], ...] = (
    faithful,
    agency,
    two_hats,
    overdue,
    suspended_for_money,
    part_paid,
    suspended_for_abuse,
    with_credit,
    refunded,
    declined,
    undecided,
    held,
    refused_by_registry,
    expiring,
    reverse_charge,
    yen,
    long_names,
)
