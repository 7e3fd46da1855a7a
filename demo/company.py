"""The demo company itself: its row, its people, its providers, its API key."""

import secrets
from dataclasses import dataclass

from django.conf import settings

from accounts.models import Membership, User
from accounts.services.api_keys import api_key_create
from accounts.services.companies import company_create
from accounts.services.integrations import integration_create
from accounts.services.users import user_create
from hosting.models import HostingServer
from ispplatform.core.actors import Actor
from ispplatform.core.models import Tenant, TenantMode
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.providers.services import connection_create, connection_test

MARK = "demo.seed"  # in the tenant's settings; the removal touches no company without it
COMPLETE = "demo.is_complete"  # likewise, once the whole history is written
LOG_INS = "demo.txt"  # in DATA_DIR; ``make run`` shows it at every start
SLUG = "brightwater"
MAIL_DOMAIN = "brightwater.example"
PASSWORD = "Harbour-light-42"  # noqa: S105 - on loopback only, and printed at every start


@dataclass(frozen=True, kw_only=True)
class Brand:
    """What makes one made-up company differ from another.

    Args:
        accent: colour of its pages, mails and documents; empty: the house's own.
    """

    slug: str
    name: str
    legal_name: str
    mail_domain: str
    country: str
    currency: str
    time_zone: str
    language: str
    street: str
    postal_code: str
    city: str
    tax_ids: dict[str, str]
    bank_account: dict[str, str]
    footer: str
    owner: tuple[str, str]
    accent: str = ""


BRIGHTWATER = Brand(
    slug=SLUG,
    name="Brightwater Hosting",
    legal_name="Brightwater Hosting GmbH",
    mail_domain=MAIL_DOMAIN,
    country="DE",
    currency="EUR",
    time_zone="Europe/Berlin",
    language="en",
    street="Am Sandtorkai 12",
    postal_code="20457",
    city="Hamburg",
    tax_ids={"vat": "DE123456788"},
    bank_account={
        "holder": "Brightwater Hosting GmbH",
        "iban": "DE02120300000000202051",
        "bic": "BYLADEM1001",
        "bank": "Sandbox Bank",
    },
    footer="Brightwater Hosting GmbH, Hamburg. A made-up company.",
    owner=("Olga", "Brandt"),
)


@dataclass(frozen=True)
class LogIn:
    """Somebody who can log in, as the person at the terminal reads it."""

    who: str
    name: str
    secret: str


@dataclass(frozen=True)
class Providers:
    """The sandbox accounts that the company works through."""

    registrar: ProviderConnection
    dns: ProviderConnection
    panel: ProviderConnection
    payments: ProviderConnection


def demo_tenant(slug: str = SLUG) -> Tenant | None:
    """Return a demo company, whole or half made; None when there is none of that short name."""
    tenant = Tenant.objects.filter(slug=slug, mode=TenantMode.SANDBOX).first()
    return tenant if tenant is not None and MARK in tenant.settings else None


def demo_tenants() -> list[Tenant]:
    """Return every demo company, whole or half made, the first brand before the others."""
    rows = Tenant.objects.filter(mode=TenantMode.SANDBOX).order_by("-is_default", "id")
    return [row for row in rows if MARK in row.settings]


def password_made() -> str:
    """Return the password of a demo log-in: one for all on loopback, else one of its own."""
    if settings.BOUND_TO_LOOPBACK:
        return PASSWORD
    return f"{secrets.token_urlsafe(12)}-7Q"


TERMS = {
    "en": {
        "title": "Terms of service",
        "text": "This company is made up, and so are its terms.\n\n"
        "What is ordered here is set up in a sandbox. Nothing is registered, charged or sent.",
    },
    "de": {
        "title": "Allgemeine Geschäftsbedingungen",
        "text": "Diese Firma ist erfunden, und ihre Bedingungen sind es auch.\n\n"
        "Was hier bestellt wird, entsteht nur zur Probe. Nichts wird registriert, abgebucht oder "
        "verschickt.",
    },
}


def tenant_make(*, actor: Actor, seed: int, base_url: str, brand: Brand = BRIGHTWATER) -> Tenant:
    """Make the company, with its owner and roles."""
    settings_chosen = {
        MARK: seed,
        "billing.bank_account": brand.bank_account,
        "billing.document_footer": brand.footer,
        "sales.accepted_documents": [{"code": "terms", "version": "1", **TERMS[brand.language]}],
    }
    if brand.accent:
        settings_chosen["brand.accent_color"] = brand.accent
    tenant = Tenant(
        slug=brand.slug,
        name=brand.name,
        legal_name=brand.legal_name,
        mode=TenantMode.SANDBOX,
        country=brand.country,
        currency=brand.currency,
        time_zone=brand.time_zone,
        language=brand.language,
        base_url=base_url,
        address={
            "street": brand.street,
            "postal_code": brand.postal_code,
            "city": brand.city,
            "country": brand.country,
        },
        tax_ids=brand.tax_ids,
        contact_email=f"office@{brand.mail_domain}",
        settings=settings_chosen,
    )
    owner_email = f"owner@{brand.mail_domain}"
    return company_create(actor=actor, tenant=tenant, owner_email=owner_email).tenant


def staff_make(*, actor: Actor, tenant: Tenant) -> list[LogIn]:
    """Give the owner a password, and make a colleague in billing and one in support."""
    log_ins = [owner_let_in(BRIGHTWATER)]
    for role, first, last in (("billing", "Bea", "Lindqvist"), ("support", "Sami", "Okafor")):
        password = password_made()
        membership = user_create(
            actor=actor,
            tenant=tenant,
            email=f"{role}@{MAIL_DOMAIN}",
            roles=[role],
            password=password,
            profile={"first_name": first, "last_name": last},
        )
        _no_change_needed(membership)
        log_ins.append(LogIn(role.capitalize(), membership.user.email, password))
    return log_ins


def api_key_make(*, actor: Actor, tenant: Tenant) -> LogIn:
    """Make the key that an integrator tries the API with."""
    owner = Membership.objects.get(is_owner=True).user
    deputy = User.objects.get(email=f"billing@{MAIL_DOMAIN}")
    integration = integration_create(
        actor=actor,
        name="Demo integration",
        purpose="Tries the API out.",
        responsible_id=owner.pk,
        deputy_id=deputy.pk,
    )
    made = api_key_create(
        actor=actor, tenant=tenant, name="First key", integration=integration, scopes=["*"]
    )
    return LogIn("API key", "X-API-Key", made.text)


def providers_make(*, actor: Actor, mail_domain: str = MAIL_DOMAIN) -> Providers:
    """Make, test and return the sandbox connections, and open the hosting server."""
    registrar = _connection(actor, "registrar", "Sandbox registrar", balance=1_000_000)
    name_servers = f"ns1.{mail_domain}, ns2.{mail_domain}"
    dns = _connection(actor, "dns", "Sandbox DNS", name_servers=name_servers)
    panel = _connection(actor, "panel", "Sandbox panel")
    payments = _connection(actor, "payments", "Sandbox gateway")
    HostingServer.objects.create(
        connection=panel,
        name="web1",
        hostname=f"web1.{mail_domain}",
        ipv4="192.0.2.80",
        ipv6="2001:db8::80",
        mail_hostname=f"mail.{mail_domain}",
        spf_include=f"_spf.{mail_domain}",
    )
    return Providers(registrar=registrar, dns=dns, panel=panel, payments=payments)


def connections_look(*, actor: Actor) -> None:
    """Test every connection of the tenant in force anew, so that its state is today's."""
    for row in ProviderConnection.objects.order_by("pk"):
        connection_test(actor=actor, connection_id=row.pk)


def _connection(actor: Actor, kind: str, name: str, **config: object) -> ProviderConnection:
    row = connection_create(actor=actor, kind=kind, backend="sandbox", name=name, config=config)
    return connection_test(actor=actor, connection_id=row.pk)


def owner_let_in(brand: Brand) -> LogIn:
    """The set-up link of a live company gives the owner a password; here there is one at once."""
    membership = Membership.objects.select_related("user").get(is_owner=True)
    password = password_made()
    user = membership.user
    user.set_password(password)
    user.first_name, user.last_name = brand.owner
    user.save(update_fields=["password", "first_name", "last_name"])
    return LogIn("Owner", user.email, password)


def _no_change_needed(membership: Membership) -> None:
    membership.user.must_change_password = False
    membership.user.save(update_fields=["must_change_password"])
