"""Which row each parameter of an address names; a route that no line here knows fails the walk."""

import re
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib.admin import site
from django.db import models

from accounts.models import (
    ApiKey,
    IdentityProvider,
    Integration,
    Membership,
    OAuthClient,
    PortalAccount,
    Role,
    Session,
    StaffInvitation,
    TemporaryToken,
    User,
)
from billing.models import (
    Document,
    Invoice,
    Payment,
    PaymentMethod,
    SandboxCharge,
    Subscription,
)
from catalog.models import Plan, Price
from customers.models import Contact, Customer, Note, Tag
from domains.models import DnsRecord, DnsZone, Domain
from hosting.models import HostingAccount, HostingServer, Mailbox, MailDomain
from ispplatform.core.ids import uuid7
from ispplatform.core.models import BulkRun, Operation, OutboxEvent, ProviderConnection
from notifications.models import Mail
from provisioning.models import Service
from sales.models import CartLine, Order
from tests.meta.principals import Route
from tests.meta.stock import Owned

PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")

# The API: the word before the parameter. Pages: the parameter's own name.
BY_SEGMENT: dict[str, type[models.Model]] = {
    "api-keys": ApiKey,
    "bulk-runs": BulkRun,
    "contacts": Contact,
    "customers": Customer,
    "dns-zones": DnsZone,
    "domains": Domain,
    "events": OutboxEvent,
    "hosting-accounts": HostingAccount,
    "hosting-servers": HostingServer,
    "identity-providers": IdentityProvider,
    "invoices": Invoice,
    "mail-domains": MailDomain,
    "mailboxes": Mailbox,
    "notes": Note,
    "operations": Operation,
    "orders": Order,
    "payment-methods": PaymentMethod,
    "payments": Payment,
    "plans": Plan,
    "prices": Price,
    "people": PortalAccount,
    "records": DnsRecord,
    "registrars": ProviderConnection,
    "integrations": Integration,
    "invitations": StaffInvitation,
    "clients": OAuthClient,
    "temporary-tokens": TemporaryToken,
    "applications": Session,
    "roles": Role,
    "services": Service,
    "sessions": Session,
    "subscriptions": Subscription,
    "tags": Tag,
    "users": User,
}
BY_NAME: dict[str, type[models.Model]] = {
    "account_id": HostingAccount,
    "customer_id": Customer,
    "document_id": Document,
    "domain_id": Domain,
    "invoice_id": Invoice,
    "line_id": CartLine,
    "mail_id": Mail,
    "mailbox_id": Mailbox,
    "membership_id": Membership,
    "method_id": PaymentMethod,
    "order_id": Order,
    "payment_id": Payment,
    "person_id": PortalAccount,
    "provider_id": IdentityProvider,
    "record_id": DnsRecord,
    "run_id": BulkRun,
    "service_id": Service,
    "session_id": Session,
    "zone_id": DnsZone,
}
# Rows that are named by a text of theirs.
TEXT_OF: dict[str, type[models.Model]] = {"role": Role, "reference": SandboxCharge}
TEXTS: dict[str, Callable[[Owned], str]] = {
    "role": lambda owned: str(_row(owned, Role).code),
    "reference": lambda owned: str(_row(owned, SandboxCharge).reference),
}
# Words before numbers of another package's rows; nobody of the stock has one.
NUMBERED = {"passkeys"}
# Addresses whose parameters name nothing that is anybody's; each with why.
PASSKEYS = (
    "numbered rows of another package; tests/accounts/portal/test_passkey_pages has their wall"
)
NOBODYS = {
    "account/security/passkeys/<int:passkey_id>/name": PASSKEYS,
    "account/security/passkeys/<int:passkey_id>/remove": PASSKEYS,
    "api/portal/v1/account/passkeys/<int:id>": PASSKEYS,
    "api/portal/v1/account/passkeys/<int:id>/remove": PASSKEYS,
    "api/<path:rest>": "unknown addresses",
    "api/v0/<path:rest>": "a retired version",
    "admin/company/logo/<slug:digest>.png": "a picture; tests/core/admin/test_logo has its wall",
    "admin/r/<path:content_type_id>/<path:object_id>/": "leads to pages that guard themselves",
    "admin/sandbox/mail/<str:name>/": "a file; tests/sandbox has its wall",
    "admin/sandbox/mail/<str:name>/<int:number>": "a file; tests/sandbox has its wall",
    "brand/logos/<slug:digest>.png": "a company shows everybody its logo",
    "come-back/<str:token>": "the token is the credential",
    "confirm-email/<str:token>": "the token is the credential",
    "documents/<slug:code>": "a company shows everybody what its customers accept",
    "invitation/<str:token>": "the token is the credential",
    "set-password/<str:token>": "the token is the credential",
    "stop-factor-reset/<str:token>": "the token is the credential",
    "shop/plans/<slug:code>": "a company's shop shows everybody what it sells",
    "styleguide/<slug:page>": "pages about pages",
    "styleguide/errors/<int:status>": "pages about pages",
}
# Rows that every customer of a company may see; of a charge, whoever was sent to its bank page; of
# an identity provider, everybody has the button on the log-in page.
SHARED_BY_CUSTOMERS = {Plan, Price, SandboxCharge, IdentityProvider}
# Tables that stand outside the companies; only the installation's operator sees them.
OUTSIDE = {
    "accounts.loginfailure",
    "core.tenant",
    *(model._meta.label_lower for model in apps.get_app_config("djstripe").get_models()),
}


def _row(owned: Owned, model: type[models.Model]) -> Any:
    return owned.rows[model]


def names_a_row(route: Route) -> bool:
    """Tell whether an address has a parameter that names somebody's row."""
    if route.address in NOBODYS or "(?P<" in route.address:
        return False
    return bool(PARAMETER.search(route.address)) and _model_label(route) not in OUTSIDE


def owned_models(route: Route) -> list[type[models.Model]]:
    """Return the models of the rows that an address's parameters name, in their order.

    Raises:
        KeyError: nobody said which row a parameter names.
    """
    found = []
    for parameter in PARAMETER.finditer(route.address):
        if parameter["name"] in TEXTS:
            found.append(TEXT_OF[parameter["name"]])
        elif parameter["name"] != "act_name":
            found.append(_model(route, parameter))
    return found


def filled(route: Route, *owners: Owned | None, act: str = "x") -> str:
    """Return the path of a route with rows of these owners; the last one's for all the rest.

    None stands for an id that nobody has.
    """
    places = list(PARAMETER.finditer(route.address))
    by_place = [owners[min(place, len(owners) - 1)] for place in range(len(places))]
    values = iter(
        _value(route, found, owner, act) for found, owner in zip(places, by_place, strict=True)
    )
    return "/" + PARAMETER.sub(lambda found: next(values), route.address)


def acts_of(route: Route) -> list[str]:
    """Return the names of the acts of the admin page that a route belongs to."""
    if "<slug:act_name>" not in route.address:
        return ["x"]
    model = apps.get_model(_model_label(route))
    every_act: Callable[[], tuple[Any, ...]] = getattr(site._registry[model], "every_act", tuple)
    return [act.name for act in every_act()]


def _value(route: Route, found: re.Match[str], owner: Owned | None, act: str) -> str:
    if found["name"] == "act_name":
        return act
    if found["name"] in TEXTS:
        return TEXTS[found["name"]](owner) if owner else "nobodys"
    if route.address in NOBODYS:
        return "0" if found[0].startswith("<int:") else "nobodys"
    return owner.id_of(_model(route, found)) if owner else str(uuid7())


def _model(route: Route, found: re.Match[str]) -> type[models.Model]:
    if found["name"] == "object_id":
        return apps.get_model(_model_label(route))
    if route.address.startswith("api/"):
        return BY_SEGMENT[route.address[: found.start()].strip("/").rpartition("/")[2]]
    return BY_NAME[found["name"]]


def _model_label(route: Route) -> str:
    parts = route.address.split("/")
    return ".".join(parts[1:3]) if "<path:object_id>" in route.address else ""
