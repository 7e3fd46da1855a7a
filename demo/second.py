"""The second brand: a small Swiss company on the same installation, behind its own walls.

It has another name, other colours, another currency and another language, so that branding and the
walls between companies can be seen side by side.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from accounts.services.portal_accounts import portal_account_create
from billing.workflows.dunning_run import dunning_cases_keep
from billing.workflows.renewals import renewals_run
from catalog.choices import BillingCycle
from customers.models import Customer
from customers.rules.values import AddressData
from demo.actors import LOADER
from demo.catalogue import CHF, OFFERS, Offer, catalogue_make
from demo.company import (
    Brand,
    LogIn,
    connections_look,
    owner_let_in,
    password_made,
    providers_make,
    tenant_make,
)
from demo.history import History
from demo.people import People, Person
from demo.renewals import Renewals
from demo.shopping import DECLINED_CARD, GOOD_CARD, Wish, arrive, card, order, pay_by_card
from demo.world import UnpaidSince, World
from ispplatform.core.clock import business_today, system_now, writing_history
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet

DAYS = 130
ALPENHOF = Brand(
    slug="alpenhof",
    name="Alpenhof Web",
    legal_name="Alpenhof Web AG",
    mail_domain="alpenhof.example",
    country="CH",
    currency=CHF,
    time_zone="Europe/Zurich",
    language="de",
    street="Bundesplatz 4",
    postal_code="3011",
    city="Bern",
    tax_ids={"vat": "CHE-123.456.788 MWST"},
    bank_account={
        "holder": "Alpenhof Web AG",
        "iban": "CH9300762011623852957",
        "bic": "POFICHBEXXX",
        "bank": "Sandbox Bank",
    },
    footer="Alpenhof Web AG, Bern. Eine erfundene Firma.",
    owner=("Reto", "Ammann"),
    accent="#9d2235",
)

GERMAN: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "domain-example": (
        "Domain .example",
        "Ein eigener Name unter .example.",
        ("DNS mit allen Eintragsarten", "Verlängert sich von selbst"),
    ),
    "web-start": (
        "Web Start",
        "Eine Website für dich, deinen Verein oder einen kleinen Laden.",
        ("10 GB Speicher", "3 Postfächer", "Tägliche Sicherung"),
    ),
    "web-business": (
        "Web Business",
        "Platz und Tempo für Firmen, die im Netz ihr Geld verdienen.",
        ("50 GB Speicher", "25 Postfächer", "Tägliche Sicherung", "Testkopie"),
    ),
    "mailbox": (
        "Postfach",
        "Ein einzelnes Postfach unter deinem eigenen Namen.",
        ("5 GB für Mails", "Spamfilter", "IMAP und Webmail"),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Character:
    """Somebody who has bought from the second brand.

    Args:
        who: shown in the list of log-ins; empty gives no log-in.
        card: the number of the card that is paid with.
    """

    first: str
    last: str
    company: str
    street: str
    postal_code: str
    city: str
    days_ago: int
    wishes: tuple[Wish, ...]
    card: str = GOOD_CARD
    who: str = ""


CHARACTERS = (
    Character(
        first="Lena",
        last="Zbinden",
        company="",
        street="Gerechtigkeitsgasse 21",
        postal_code="3011",
        city="Bern",
        days_ago=120,
        wishes=(
            Wish(plan="web-start", name="zbinden-keramik.example", mailbox="lena"),
            Wish(plan="mailbox", name="zbinden-keramik.example", mailbox="atelier"),
        ),
        who="Second brand: customer",
    ),
    Character(
        first="Urs",
        last="Camenisch",
        company="Bergführer Camenisch GmbH",
        street="Via Maistra 8",
        postal_code="7500",
        city="St. Moritz",
        days_ago=70,
        wishes=(
            Wish(
                plan="web-business",
                name="camenisch-touren.example",
                mailbox="info",
                cycle=BillingCycle.MONTHLY,
            ),
        ),
    ),
    Character(
        first="Noémie",
        last="Favre",
        company="",
        street="Rue du Lac 5",
        postal_code="1003",
        city="Lausanne",
        days_ago=2,
        wishes=(Wish(plan="domain-example", name="favre-photographie.example"),),
        card=DECLINED_CARD,
    ),
)


def second_address(base_url: str) -> str:
    """Return where the second brand's shop answers: every browser finds ``*.localhost`` here."""
    return base_url.replace("//localhost", f"//{ALPENHOF.slug}.localhost", 1)


def second_company_load(*, seed: int, base_url: str, tell: Callable[[str], None]) -> list[LogIn]:
    """Make the second brand with a short history.

    Args:
        seed: marks the company as made up, like the first.
        base_url: address of the first company's portal on this machine.

    Returns:
        Who can log in; nobody where browsers could not find a second name.
    """
    if "//localhost" not in base_url:
        return []
    tell("the second brand")
    world = _world(seed, second_address(base_url))
    for character in CHARACTERS:
        world.history.plan(character.days_ago, 10, partial(_comes, world, character))
    world.history.happen()
    with tenant_context(world.tenant.pk):
        renewals_run(world.tenant)
        run_until_quiet()
        dunning_cases_keep()
        connections_look(actor=LOADER)
    return world.log_ins


def german_offers() -> tuple[Offer, ...]:
    """Return what the second brand sells, in its own words."""
    return tuple(
        replace(offer, name=name, description=description, features=features)
        for offer in OFFERS
        if offer.code in GERMAN
        for name, description, features in (GERMAN[offer.code],)
    )


def _world(seed: int, address: str) -> World:
    with writing_history() as go_to:
        go_to(system_now() - timedelta(days=DAYS))
        tenant = tenant_make(actor=LOADER, seed=seed, base_url=address, brand=ALPENHOF)
        with tenant_context(tenant.pk):
            log_ins = [
                LogIn("Second brand", address, ""),
                replace(owner_let_in(ALPENHOF), who="Second brand: owner"),
            ]
            providers = providers_make(actor=LOADER, mail_domain=ALPENHOF.mail_domain)
            plans = catalogue_make(
                actor=LOADER,
                since=business_today(tenant),
                offers=german_offers(),
                currencies=(CHF,),
            )
    unpaid = UnpaidSince()
    renewals = Renewals(pays=unpaid.pays, crowd=set())
    return World(
        tenant=tenant,
        plans=plans,
        providers=providers,
        people=People(seed),
        history=History(
            tenant,
            today=business_today(tenant),
            sources=(renewals.source(),),
            without=("billing.dunning",),
        ),
        renewals=renewals,
        unpaid=unpaid,
        log_ins=log_ins,
    )


def _comes(world: World, character: Character) -> None:
    mail_host = "bergfuehrer.example" if character.company else "post.example"
    person = Person(
        first_name=character.first,
        last_name=character.last,
        company=character.company,
        email=f"{character.last.lower()}@{mail_host}",
        phone="+41 31 3214567",
        address=AddressData(
            street=character.street,
            postal_code=character.postal_code,
            city=character.city,
            country="CH",
        ),
    )
    customer = arrive(person, language="de")
    if character.who:
        _log_in_make(world, customer, character)
    placed = order(world, customer, character.wishes)
    pay_by_card(placed, card(world, customer, character.card))


def _log_in_make(world: World, customer: Customer, character: Character) -> None:
    password = password_made()
    portal_account_create(
        actor=LOADER,
        tenant=world.tenant,
        customer_id=customer.pk,
        email=customer.email,
        password=password,
        first_name=character.first,
        last_name=character.last,
        is_proved=True,
    )
    world.log_ins.append(LogIn(character.who, customer.email, password))
