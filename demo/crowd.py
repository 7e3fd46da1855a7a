"""Everybody else: archetypes whose first order and first renewal go through the services, and the
many who are cast from them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.choices import DocumentKind
from billing.models import Document, DocumentLine, Subscription
from billing.services.numbers import number_take
from catalog.choices import BillingCycle
from catalog.rules.cycles import cycle_end
from customers.models import Customer
from customers.rules.names import folded, phone_digits
from customers.rules.values import AddressData
from customers.services.customers import NUMBER_FORMAT as CUSTOMER_NUMBER
from demo.molds import Casting, Mold
from demo.people import Person, slug
from demo.renewals import next_period, subscription_advance
from demo.shopping import GOOD_CARD, Wish, arrive, card, order, pay_by_card, pay_by_transfer
from demo.world import World
from domains.models import Domain, SandboxRegistration
from domains.rules.terms import years_later
from hosting.models import HostingAccount
from ispplatform.core.clock import business_today, system_now
from ispplatform.core.counters import take_number
from ispplatform.core.ids import uuid7
from ispplatform.core.testing import run_until_quiet
from sales.models import Order, OrderLine
from sales.services.orders import NUMBER_FORMAT as ORDER_NUMBER

RENEWAL_HOUR = 9.0


@dataclass
class Archetype:
    """Somebody whose story is cast for others.

    Args:
        person: with names that appear nowhere else, so that they can be replaced everywhere.
        wishes: what the first order holds.
        weight: how many others get the same, compared with the other archetypes.
    """

    person: Person
    wishes: tuple[Wish, ...]
    is_business: bool
    has_card: bool
    days_ago: int
    weight: int
    first: Mold | None = None
    renewals: dict[tuple[str, ...], Mold] = field(default_factory=dict)  # by the prices billed

    @property
    def names(self) -> list[str]:
        """The domain names of the first order."""
        return sorted({wish.name for wish in self.wishes})


@dataclass
class Member:
    """One of the crowd, an archetype itself or somebody cast from one."""

    archetype: Archetype
    customer_id: UUID
    casting: Casting = field(default_factory=lambda: Casting(words={}))


ARCHETYPES: tuple[Callable[[], Archetype], ...] = (
    lambda: Archetype(
        person=_person("Thaddäus", "Quendel", "", "17489", "Greifswald", "Brombeergasse 7"),
        wishes=(
            Wish(plan="web-start", name="quendelgarten.example", mailbox="info"),
            Wish(plan="mailbox", name="quendelgarten.example", mailbox="post"),
        ),
        is_business=False,
        has_card=True,
        days_ago=742,
        weight=7,
    ),
    lambda: Archetype(
        person=_person(
            "Roswitha", "Zirbel", "Zirbelwerk Manufaktur", "98527", "Suhl", "Schlehenpfad 31"
        ),
        wishes=(
            Wish(plan="web-business", name="zirbelwerk.example", cycle=BillingCycle.MONTHLY),
            Wish(
                plan="mailbox",
                name="zirbelwerk.example",
                mailbox="werkstatt",
                cycle=BillingCycle.MONTHLY,
            ),
        ),
        is_business=True,
        has_card=False,
        days_ago=741,
        weight=6,
    ),
    lambda: Archetype(
        person=_person(
            "Eusebius", "Wacholder", "Wacholder Netzgestalten", "54550", "Daun", "Ginsterstieg 14"
        ),
        wishes=tuple(
            wish
            for stem in ("krummhorn", "schalmei", "dulzian", "rankett")
            for wish in (
                Wish(plan="web-start", name=f"{stem}-netz.example", mailbox="info"),
                Wish(plan="mailbox", name=f"{stem}-netz.example", mailbox="buero"),
            )
        ),
        is_business=True,
        has_card=True,
        days_ago=740,
        weight=18,
    ),
)


def crowd_come(world: World, *, size: int) -> None:
    """Plan the archetypes and those who are cast from them, ``size`` in all (at least three)."""
    archetypes = [make() for make in ARCHETYPES]
    weights = sum(archetype.weight for archetype in archetypes)
    left = max(size - len(archetypes), 0)
    for archetype in archetypes:
        world.history.plan(archetype.days_ago, 8, partial(_born, world, archetype))
        copies = round(left * archetype.weight / weights)
        left, weights = left - copies, weights - archetype.weight
        for number in range(copies):
            share = (number + world.people.dice.random()) / copies
            days_ago = archetype.days_ago - 10 - int(share * (archetype.days_ago - 30))
            hour = world.people.dice.randrange(9, 22)
            world.history.plan(days_ago, hour, partial(_cast, world, archetype))


def _person(
    first: str, last: str, company: str, postal_code: str, city: str, street: str
) -> Person:
    host = f"{slug(company or last)}.example"
    return Person(
        first_name=first,
        last_name=last,
        company=company,
        email=f"{slug(first)}@{host}",
        phone=f"+49 {postal_code[1:]} 99{postal_code[::-1]}",
        address=AddressData(street=street, postal_code=postal_code, city=city, country="DE"),
    )


def _born(world: World, archetype: Archetype) -> None:
    since, after = system_now(), uuid7()
    customer = arrive(archetype.person)
    placed = order(world, customer, archetype.wishes)
    if archetype.has_card:
        pay_by_card(placed, card(world, customer, GOOD_CARD))
    else:
        pay_by_transfer(placed)
    run_until_quiet()
    archetype.first = Mold.of(since=since, after=after)
    _joins(world, Member(archetype, customer.pk))


def _joins(world: World, member: Member) -> None:
    world.renewals.crowd.add(member.customer_id)
    _plan_renewal(world, member)


def _plan_renewal(world: World, member: Member) -> None:
    own = Subscription.objects.filter(customer_id=member.customer_id)
    day = own.earliest("next_billing_on").next_billing_on
    if day is not None and day <= world.history.today:
        days_ago = (world.history.today - day).days
        world.history.plan(days_ago, RENEWAL_HOUR, partial(_renew, world, member))


# ---------------------------------------------------------------------------------------- casting


def _cast(world: World, archetype: Archetype) -> None:
    if archetype.first is None:
        raise ValueError("An archetype is born before anybody is cast from it.")
    person = world.people.person(is_business=archetype.is_business)
    casting = Casting(words=_words(world, archetype, person))
    with transaction.atomic():
        casting.words |= _numbers(world, archetype.first)
        rows = archetype.first.cast(casting, changes=_first_changes(world, archetype))
    customer = next(row for row in rows if isinstance(row, Customer))
    _joins(world, Member(archetype, customer.pk, casting))


def _words(world: World, archetype: Archetype, person: Person) -> dict[str, str]:
    """Return what is replaced by what wherever it stands."""
    old = archetype.person
    pairs = [
        (old.first_name, person.first_name),
        (old.last_name, person.last_name),
        (old.company, person.company),
        (old.email, person.email),
        (old.address.street, person.address.street),
        (old.address.postal_code, person.address.postal_code),
        (old.address.city, person.address.city),
        (f"+{phone_digits(old.phone)}", f"+{phone_digits(person.phone)}"),
        (phone_digits(old.phone), phone_digits(person.phone)),
    ]
    pairs += [(folded(before), folded(after)) for before, after in pairs]
    names = [(name, world.people.domain()) for name in archetype.names]
    return {
        before: after
        for before, after in [*pairs, *names, *_usernames(world, archetype, dict(names))]
        if before
    }


def _usernames(world: World, archetype: Archetype, names: dict[str, str]) -> list[tuple[str, str]]:
    if archetype.first is None:
        return []
    accounts = archetype.first.rows_of(HostingAccount)
    dice = world.people.dice
    return [
        (account.username, f"{names[account.domain][:3]}{dice.randrange(16**5):05x}")
        for account in accounts
    ]


def _numbers(world: World, mold: Mold) -> dict[str, str]:
    """Take a number for everything in the mold that has one."""
    today, tenant = business_today(world.tenant), world.tenant
    words = {}
    for customer in mold.rows_of(Customer):
        number = take_number("customers.customer_number", tenant.pk)
        words[customer.customer_number] = CUSTOMER_NUMBER.format(number=number)
    for placed in mold.rows_of(Order):
        number = take_number(f"sales.order_number.{today.year}", tenant.pk)
        words[placed.order_number] = ORDER_NUMBER.format(year=today.year, number=number)
    for document in mold.rows_of(Document):
        kind = DocumentKind(document.kind)
        words[document.number], _ = number_take(kind=kind, wanted_on=today, tenant=tenant)
    return words


def _first_changes(world: World, archetype: Archetype) -> dict[Any, Callable[[Any], None]]:
    """Let periods begin today and end as the calendar has it."""
    today = business_today(world.tenant)
    end = cycle_end(today, archetype.wishes[0].cycle, today.day)
    year_end = cycle_end(today, BillingCycle.YEARLY, today.day)

    def subscription(row: Subscription) -> None:
        row.started_on = row.current_period_start = today
        row.anchor_day = today.day
        row.current_period_end = row.next_billing_on = cycle_end(today, row.cycle, today.day)

    def document_line(row: DocumentLine) -> None:
        if row.period_start is not None and row.period_end is not None:
            is_long = (row.period_end - row.period_start).days > 31
            row.period_start, row.period_end = today, year_end if is_long else end

    def order_line(row: OrderLine) -> None:
        row.renewal_on = cycle_end(today, row.cycle, today.day)

    return {Subscription: subscription, DocumentLine: document_line, OrderLine: order_line}


# --------------------------------------------------------------------------------------- renewing


def _renew(world: World, member: Member) -> None:
    """Bill what is due today: the archetype through the services, others cast from that."""
    today = business_today(world.tenant)
    own = Subscription.objects.filter(customer_id=member.customer_id, next_billing_on__lte=today)
    due = list(own.select_related("price").order_by("id"))
    key = tuple(sorted(str(subscription.price_id) for subscription in due))
    mold = member.archetype.renewals.get(key)
    if mold is None:
        since, after = system_now(), uuid7()
        world.renewals.bill(Customer.objects.get(pk=member.customer_id), due, today)
        run_until_quiet()
        member.archetype.renewals[key] = Mold.of(since=since, after=after)
    else:
        _renew_cast(world, member, mold, due)
    _plan_renewal(world, member)


def _renew_cast(world: World, member: Member, mold: Mold, due: list[Subscription]) -> None:
    periods = {subscription.pk: next_period(subscription) for subscription in due}

    def document_line(row: DocumentLine) -> None:
        if row.subscription_id is not None:
            row.period_start, row.period_end = periods[row.subscription_id]

    casting = Casting(words=dict(member.casting.words), ids=dict(member.casting.ids))
    with transaction.atomic():
        casting.words |= _numbers(world, mold)
        mold.cast(casting, changes={DocumentLine: document_line})
        for subscription in due:
            subscription_advance(subscription)
        _domains_extend(due)


def _domains_extend(due: list[Subscription]) -> None:
    """Let the names that were paid for run a year longer, here and at the sandbox registrar."""
    billed = [subscription.pk for subscription in due]
    for domain in Domain.objects.filter(service__subscription_id__in=billed):
        if domain.expires_at is None:
            continue
        expires_at = years_later(domain.expires_at, 1)
        Domain.objects.filter(pk=domain.pk).update(expires_at=expires_at)
        SandboxRegistration.objects.filter(name=domain.name).update(expires_at=expires_at)
