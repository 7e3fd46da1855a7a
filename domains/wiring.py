"""What this app plugs into the kernel and into provisioning."""

from django.utils.translation import gettext_lazy as _

from billing.slots import HappeningSource, RenewalAnchor, happening_sources, renewal_anchors
from domains import events, statuses, tasks, wiring_office
from domains.operations.delegation import CheckDelegation
from domains.operations.dns import AdoptZone, DeleteZone, PushZone
from domains.operations.registration import ReadDomainBack, RegisterDomain, RenewDomain
from domains.operations.settings import AutoRenewOff, SetLock, SetNameServers, SetRegistrant
from domains.portal import refusals
from domains.portal.home import domains_part
from domains.providers.dns import base as dns_base
from domains.providers.dns import powerdns
from domains.providers.dns import sandbox as dns_sandbox
from domains.providers.registrars import base as registrar_base
from domains.providers.registrars import route53
from domains.providers.registrars import sandbox as registrar_sandbox
from domains.provisioner import DomainProvisioner
from domains.selectors.domains import stake_of_domain
from domains.selectors.foretelling import names_that_run_out
from domains.selectors.renewals import expiry_days, last_days, renewal_lead_days
from domains.services.delegation import ELSEWHERE
from domains.services.reading import DRIFT
from domains.services.settings import auto_renew_take_over
from domains.staff_adopter import DomainAdopter
from domains.subscribers import on_domain_gone, on_expiry_moved
from domains.workflows.delegation import NOT_LOOKED_AT
from domains.workflows.reading import NOT_EXPIRED, NOT_READ, expiries_run, next_expiry_due
from ispplatform.core.attention import (
    AttentionKind,
    MoneyAtStake,
    attention_kinds,
    money_at_stake,
)
from ispplatform.core.due import DueSource, due_sources
from ispplatform.core.events import subscribe
from ispplatform.core.operations import kinds
from ispplatform.core.pages.home import PORTAL_HOME, HomePart
from ispplatform.core.pages.navigation import PORTAL_NAVIGATION, PortalEntry
from ispplatform.core.permissions import declare_permissions
from ispplatform.core.providers import backends
from provisioning import provisioners
from provisioning.adopters import adopters

__all__ = ["events", "refusals", "statuses", "tasks", "wiring_office"]

declare_permissions(
    ("domains:read", "See domains", "support", "billing", "sales", "operator", "customer"),
    ("domains:create", "Take domains under management", "support", "operator"),
    ("domains:update", "Set name servers, lock and holder", "support", "operator", "customer"),
    ("domains:renew", "Renew domains", "billing", "operator"),
    ("domains:transfer", "Hand out transfer codes", "support", "operator", "customer"),
    ("dns:read", "See DNS zones", "support", "sales", "operator", "customer"),
    ("dns:create", "Make DNS zones", "support", "operator"),
    ("dns:update", "Change DNS records", "support", "operator", "customer"),
    ("dns:push", "Overwrite what a DNS server has", "operator"),
    ("dns:delete", "Delete DNS zones", "operator"),
)

backends.register_kind(
    registrar_base.KIND,
    label="Registrar",
    party="registrar",
    protocol=registrar_base.Registrar,
)
backends.register_kind(dns_base.KIND, label="DNS server", party="DNS server", protocol=dns_base.Dns)
backends.register(
    registrar_base.KIND,
    "sandbox",
    registrar_sandbox.SandboxRegistrar,
    label="Sandbox registrar",
    sandbox=True,
    config_fields=registrar_sandbox.CONFIG_FIELDS,
)
backends.register(
    registrar_base.KIND,
    "route53",
    route53.Route53Registrar,
    label="Amazon Route 53 Domains",
    credential_fields=route53.CREDENTIAL_FIELDS,
    config_fields=route53.CONFIG_FIELDS,
)
backends.register(
    dns_base.KIND,
    "sandbox",
    dns_sandbox.SandboxDns,
    label="Sandbox DNS",
    sandbox=True,
    config_fields=dns_sandbox.CONFIG_FIELDS,
)
backends.register(
    dns_base.KIND,
    "powerdns",
    powerdns.PowerDns,
    label="PowerDNS",
    config_fields=powerdns.CONFIG_FIELDS,
    credential_fields=powerdns.CREDENTIAL_FIELDS,
)

for kind in (
    RegisterDomain,
    RenewDomain,
    ReadDomainBack,
    SetNameServers,
    SetLock,
    SetRegistrant,
    AutoRenewOff,
    PushZone,
    AdoptZone,
    CheckDelegation,
    DeleteZone,
):
    kinds.register(kind)

provisioners.register(DomainProvisioner())
adopters.fill(DomainAdopter())

for happened in ("domain_renewed", "domain_expiry_moved"):
    subscribe(f"domains.{happened}", "domains.on_expiry_moved", on_expiry_moved)
subscribe("domains.domain_gone", "domains.on_domain_gone", on_domain_gone)

happening_sources.fill(HappeningSource(key="domains", of=names_that_run_out))
renewal_anchors.fill(
    RenewalAnchor(
        key="domains",
        subject_type="provisioning.service",
        lead_days=renewal_lead_days,
        days=expiry_days,
        ran_until=last_days,
        switched=auto_renew_take_over,
    )
)

due_sources.fill(
    DueSource(
        key="domains.expiries",
        label=_("Domains whose expiry has come"),
        next_due=next_expiry_due,
        run_due=expiries_run,
    )
)

for attention, text in (
    (DRIFT, _("A domain is not as it should be")),
    (NOT_EXPIRED, _("A domain's expiry cannot be noted")),
    (NOT_READ, _("A domain cannot be read back")),
    (NOT_LOOKED_AT, _("A domain cannot be looked at from outside")),
):
    attention_kinds.fill(
        AttentionKind(
            name=attention,
            label=text,
            button=_("Look at the domain"),
            advice=_("Ask the registrar from the domain's page, and set right what differs."),
            url=lambda item: f"/admin/domains/domain/{item.subject_id}/change/",
            is_urgent=True,
        )
    )

attention_kinds.fill(
    AttentionKind(
        name=ELSEWHERE,
        label=_("A domain leads to other name servers"),
        button=_("Decide about its name servers"),
        advice=_("Ask the customer whether that is meant, then keep theirs or set ours again."),
        url=lambda item: f"/admin/domains/domain/{item.subject_id}/change/",
        is_urgent=True,
    )
)
money_at_stake.fill(MoneyAtStake(subject_type="domains.domain", amount=stake_of_domain))

PORTAL_NAVIGATION.fill(
    PortalEntry(key="domains", label=_("Domains"), url_name="domains:domains", icon="globe"),
    order=30,
)
PORTAL_HOME.fill(
    HomePart(
        key="domains",
        title=_("Domains that expire soon"),
        permission="domains:read",
        template="domains/home_part.html",
        content=domains_part,
    ),
    order=40,
)
