"""What this app plugs into the kernel and into the apps below it."""

from django.utils.translation import gettext_lazy as _

from catalog.slots import PlanParameters, plan_parameters
from hosting import events, statuses, tasks, wiring_office
from hosting.operations.accounts import (
    ChangePackage,
    CreateAccount,
    DeleteAccount,
    ReadAccountBack,
    ResumeAccount,
    SuspendAccount,
)
from hosting.operations.mailboxes import (
    CreateMailbox,
    DeleteMailbox,
    SetAccountPassword,
    SetMailboxPassword,
    SetMailboxQuota,
    SwitchMailbox,
)
from hosting.portal import refusals
from hosting.providers.panels import base as panel_base
from hosting.providers.panels import cpanel as panel_cpanel
from hosting.providers.panels import sandbox as panel_sandbox
from hosting.provisioners import EmailProvisioner, HostingProvisioner
from hosting.rules.parameters import parameters_problem
from hosting.selectors.accounts import stake_of_account, stake_of_mailbox
from hosting.selectors.usage import hosting_usage_days, hosting_usage_now
from hosting.staff_adopter import HostingAdopter
from hosting.subscribers import on_zone_created
from hosting.workflows.sweeps import NOT_READ
from ispplatform.core.attention import (
    AttentionKind,
    MoneyAtStake,
    attention_kinds,
    money_at_stake,
)
from ispplatform.core.events import subscribe
from ispplatform.core.operations import kinds
from ispplatform.core.pages.navigation import PORTAL_NAVIGATION, PortalEntry
from ispplatform.core.permissions import declare_permissions
from ispplatform.core.providers import backends
from provisioning import provisioners
from provisioning.adopters import adopters
from provisioning.usage import UsageSource, usage_sources

__all__ = ["events", "refusals", "statuses", "tasks", "wiring_office"]

attention_kinds.fill(
    AttentionKind(
        name=NOT_READ,
        label=_("A hosting account cannot be read"),
        button=_("Open account"),
        advice=_("Look at the panel and ask it again from the account's page."),
        url=lambda item: f"/admin/hosting/hostingaccount/{item.subject_id}/change/",
    )
)

declare_permissions(
    ("hosting:read", "See hosting accounts", "support", "billing", "sales", "operator", "customer"),
    (
        "hosting:update",
        "Set passwords of hosting accounts, open their control panels",
        "support",
        "operator",
        "customer",
    ),
    ("hosting_servers:read", "See hosting servers", "support", "operator"),
    ("hosting_servers:manage", "Set hosting servers up", "operator"),
    ("mailboxes:read", "See mailboxes", "support", "sales", "operator", "customer"),
    ("mailboxes:create", "Create mailboxes", "support", "operator", "customer"),
    ("mailboxes:update", "Set sizes and passwords of mailboxes", "support", "operator", "customer"),
    ("mailboxes:delete", "Delete mailboxes with their mail", "operator", "customer"),
)

backends.register_kind(
    panel_base.KIND, label="Hosting panel", party="panel", protocol=panel_base.Panel
)
backends.register(
    panel_base.KIND,
    "sandbox",
    panel_sandbox.SandboxPanel,
    label="Sandbox panel",
    sandbox=True,
    config_fields=panel_sandbox.CONFIG_FIELDS,
)
backends.register(
    panel_base.KIND,
    "cpanel",
    panel_cpanel.CpanelPanel,
    label="cPanel & WHM",
    config_fields=panel_cpanel.CONFIG_FIELDS,
    credential_fields=panel_cpanel.CREDENTIAL_FIELDS,
)

for kind in (
    CreateAccount,
    ReadAccountBack,
    SuspendAccount,
    ResumeAccount,
    ChangePackage,
    DeleteAccount,
    CreateMailbox,
    SetMailboxQuota,
    SwitchMailbox,
    DeleteMailbox,
    SetMailboxPassword,
    SetAccountPassword,
):
    kinds.register(kind)

provisioners.register(HostingProvisioner())
provisioners.register(EmailProvisioner())
adopters.fill(HostingAdopter())

subscribe("domains.zone_created", "hosting.lay_records", on_zone_created)

PORTAL_NAVIGATION.fill(
    PortalEntry(key="hosting", label=_("Hosting"), url_name="hosting:accounts", icon="server"),
    order=40,
)
PORTAL_NAVIGATION.fill(
    PortalEntry(key="email", label=_("E-mail"), url_name="hosting:mailboxes", icon="mail"),
    order=50,
)

usage_sources.fill(UsageSource(type="hosting", days=hosting_usage_days, now=hosting_usage_now))
for service_type, help_text in (
    ("hosting", _("package (of the panel), mailboxes, mailbox_mb, server (a server's name)")),
    ("email", _("package (for mail-only accounts), mailbox_mb, server (a server's name)")),
):
    plan_parameters.fill(
        PlanParameters(type=service_type, check=parameters_problem, help_text=help_text)
    )

money_at_stake.fill(MoneyAtStake(subject_type="hosting.hostingaccount", amount=stake_of_account))
money_at_stake.fill(MoneyAtStake(subject_type="hosting.mailbox", amount=stake_of_mailbox))
