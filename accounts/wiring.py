"""What identity and access plugs into the kernel."""

from django.db.models import Exists
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import events, office_bulk, tasks, tenant_settings
from accounts.api import schema
from accounts.portal import refusals
from accounts.portal.language import language_keep
from accounts.selectors.acting import api_key_now, colleague_now, oauth_client_now
from accounts.selectors.second_factors import colleagues_without_factor
from accounts.services.factor_resets import STOPPED
from accounts.services.integrations import PEOPLE
from accounts.services.second_factors import factor_secrets_rotate
from ispplatform.core.actors import ActorType
from ispplatform.core.admin.setting_areas import SETTING_AREAS, SettingArea
from ispplatform.core.admin.setup import SETUP_LINES, SetupLine
from ispplatform.core.attention import AttentionKind, attention_kinds
from ispplatform.core.bulk import ACTOR_SOURCES, ActorSource
from ispplatform.core.pages.navigation import PORTAL_NAVIGATION, PortalEntry
from ispplatform.core.pages.preferences import LanguageKeeper, language_keepers
from ispplatform.core.permissions import declare_permissions
from ispplatform.core.reported_acts import ReportKind, report_acts
from ispplatform.core.secrets import OTHER_STORES

OTHER_STORES.fill(factor_secrets_rotate)
ACTOR_SOURCES.fill(ActorSource(type=ActorType.USER, find=colleague_now))
ACTOR_SOURCES.fill(ActorSource(type=ActorType.API_KEY, find=api_key_now))
ACTOR_SOURCES.fill(ActorSource(type=ActorType.OAUTH_CLIENT, find=oauth_client_now))
language_keepers.fill(LanguageKeeper(key="accounts", keep=language_keep))
PORTAL_NAVIGATION.fill(
    PortalEntry(key="account", label=_("Account"), url_name="accounts:account", icon="user-round"),
    order=80,
)

__all__ = ["events", "office_bulk", "refusals", "schema", "tasks", "tenant_settings"]

declare_permissions(
    ("users:read", "See colleagues and their log-ins", "support", "operator"),
    ("users:create", "Make colleagues"),
    ("users:update", "Change and suspend colleagues"),
    ("users:end_access", "End colleagues' access"),
    ("users:report", "See what colleagues exported, refunded, entered and made"),
    ("users:activity", "See what a person did, and their log-ins with address and device"),
    ("users:export", "Take the list of people out as a file"),
    ("users:import", "Invite people from a file"),
    ("roles:read", "See roles and what they allow", "support", "operator"),
    ("roles:manage", "Make and change roles"),
    ("roles:assign", "Give roles to colleagues"),
    ("sessions:manage", "See and end colleagues' log-ins"),
    ("identity_providers:read", "See the identity providers of colleagues"),
    ("identity_providers:manage", "Set up identity providers, test and end them"),
    ("integrations:read", "See integrations and what they hold", "operator"),
    ("integrations:manage", "Make, change and end integrations"),
    ("api_keys:read", "See API keys", "operator"),
    ("api_keys:manage", "Make, rotate and revoke API keys"),
    ("portal_accounts:read", "See customers' log-ins", "support", "billing", "sales"),
    ("portal_accounts:view_as", "See the portal as a customer sees it", "support", "billing"),
    ("portal_accounts:manage", "Make, invite and disable customers' log-ins", "support"),
    ("portal_accounts:reset_factor", "Remove a customer's lost second factor", "support"),
    ("portal_accounts:lift_guard", "Lift the guard of a customer's log-in", "support"),
    ("own_profile:read", "See the own profile", "customer"),
    ("own_profile:update", "Change the own profile", "customer"),
    ("own_people:manage", "Invite colleagues and choose what they may do", "customer"),
    ("own_sessions:manage", "See and end the own log-ins", "customer"),
)

attention_kinds.fill(
    AttentionKind(
        name=PEOPLE,
        label=_("Integration without its two people"),
        button=_("Open integration"),
        advice=_("Name two colleagues who answer for it, or end it."),
        url=lambda item: reverse("admin:accounts_integration_change", args=[item.subject_id]),
    )
)

attention_kinds.fill(
    AttentionKind(
        name=STOPPED,
        label=_("Removal of a second factor was stopped"),
        button=_("Open the removal"),
        advice=_("Call the customer on a number that we had before, and ask who asked for it."),
        url=lambda item: reverse("admin:accounts_factorreset_change", args=[item.subject_id]),
        is_urgent=True,
    )
)

report_acts(ReportKind.EXPORTS, "accounts.access_report_export", "accounts.users_export")
report_acts(
    ReportKind.KEYS,
    "accounts.api_key_create",
    "accounts.api_key_rotate",
    "accounts.oauth_client_create",
    "accounts.oauth_client_rotate",
    "accounts.oauth_consent",
    "accounts.temporary_token_create",
    "accounts.passkey_register",
)
report_acts(ReportKind.VIEWS, "accounts.portal_view")
report_acts(
    ReportKind.PEOPLE,
    "accounts.user_create",
    "accounts.invitation_create",
    "accounts.invitation_send_again",
    "accounts.membership_return",
    "accounts.roles_change",
    "accounts.membership_set_owner",
    "accounts.portal_account_create",
    "accounts.identity_provider_create",
    "accounts.identity_provider_update",
)

SETUP_LINES.fill(
    SetupLine(
        key="second_factor",
        label=_("Second factor"),
        help=_("Each colleague shows one when logging in."),
        url_name="admin:own_account",
        permission="company:read",
        is_done=lambda tenant: ~Exists(colleagues_without_factor()),
    ),
    order=90,
)
SETTING_AREAS.fill(SettingArea(key="accounts.", title=_("Log-ins")), order=70)
