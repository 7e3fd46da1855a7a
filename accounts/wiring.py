"""What identity and access plugs into the kernel."""

from django.db.models import Exists
from django.utils.translation import gettext_lazy as _

from accounts import events, tasks, tenant_settings
from accounts.api import schema
from accounts.portal import refusals
from accounts.portal.language import language_keep
from accounts.selectors.acting import api_key_now, colleague_now
from accounts.selectors.second_factors import colleagues_without_factor
from accounts.services.second_factors import factor_secrets_rotate
from ispplatform.core.actors import ActorType
from ispplatform.core.admin.setup import SETUP_LINES, SetupLine
from ispplatform.core.bulk import ACTOR_SOURCES, ActorSource
from ispplatform.core.pages.navigation import PORTAL_NAVIGATION, PortalEntry
from ispplatform.core.pages.preferences import LanguageKeeper, language_keepers
from ispplatform.core.permissions import declare_permissions
from ispplatform.core.secrets import OTHER_STORES

OTHER_STORES.fill(factor_secrets_rotate)
ACTOR_SOURCES.fill(ActorSource(type=ActorType.USER, find=colleague_now))
ACTOR_SOURCES.fill(ActorSource(type=ActorType.API_KEY, find=api_key_now))
language_keepers.fill(LanguageKeeper(key="accounts", keep=language_keep))
PORTAL_NAVIGATION.fill(
    PortalEntry(key="account", label=_("Account"), url_name="accounts:account", icon="user-round"),
    order=80,
)

__all__ = ["events", "refusals", "schema", "tasks", "tenant_settings"]

declare_permissions(
    ("users:read", "See colleagues and their log-ins", "support", "operator"),
    ("users:create", "Make colleagues"),
    ("users:update", "Change and suspend colleagues"),
    ("roles:read", "See roles and what they allow", "support", "operator"),
    ("roles:manage", "Make and change roles"),
    ("roles:assign", "Give roles to colleagues"),
    ("sessions:manage", "See and end colleagues' log-ins"),
    ("api_keys:read", "See API keys", "operator"),
    ("api_keys:manage", "Make, rotate and revoke API keys"),
    ("portal_accounts:read", "See customers' log-ins", "support", "billing", "sales"),
    ("portal_accounts:view_as", "See the portal as a customer sees it", "support", "billing"),
    ("portal_accounts:manage", "Make, invite and disable customers' log-ins", "support"),
    ("own_profile:read", "See the own profile", "customer"),
    ("own_profile:update", "Change the own profile", "customer"),
    ("own_sessions:manage", "See and end the own log-ins", "customer"),
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
