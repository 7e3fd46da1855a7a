"""What the kernel plugs into itself; every app has a module of this name."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ispplatform.celery import app as celery_app  # every process queues to the same broker
from ispplatform.core import checks
from ispplatform.core.admin import wiring as admin_wiring
from ispplatform.core.api import checks as api_checks
from ispplatform.core.api import refusals as api_refusals
from ispplatform.core.attention import events as attention_events
from ispplatform.core.attention import handover as attention_handover
from ispplatform.core.audit import tasks as audit_tasks
from ispplatform.core.bulk import wiring as bulk_wiring
from ispplatform.core.database import tasks as database_tasks
from ispplatform.core.frozen import freeze
from ispplatform.core.health import automation as health_automation
from ispplatform.core.idempotency import tasks as idempotency_tasks
from ispplatform.core.models import (
    AuditEntry,
    AuditSeal,
    AuditSealedEntry,
    AuditValues,
    BackupProof,
    BrandLogo,
)
from ispplatform.core.operations import wiring as operation_wiring
from ispplatform.core.pages.navigation import PORTAL_NAVIGATION, PortalEntry
from ispplatform.core.permissions import declare_permissions
from ispplatform.core.reported_acts import (
    REPORTED_ACTS,
    ReportedAct,
    ReportKind,
    report_acts,
)
from ispplatform.core.sandbox import wiring as sandbox_wiring
from ispplatform.core.search import wiring as search_wiring

__all__ = [
    "admin_wiring",
    "api_checks",
    "api_refusals",
    "attention_events",
    "attention_handover",
    "audit_tasks",
    "bulk_wiring",
    "celery_app",
    "checks",
    "database_tasks",
    "health_automation",
    "idempotency_tasks",
    "operation_wiring",
    "sandbox_wiring",
    "search_wiring",
]

freeze(AuditEntry)
freeze(AuditValues)
freeze(AuditSeal)
freeze(AuditSealedEntry)
freeze(BackupProof)
freeze(BrandLogo)

declare_permissions(
    ("system:read", "See the state of the installation", "operator"),
    ("attention:read", "See what needs a person", "support", "billing", "sales", "operator"),
    ("attention:manage", "Look after what needs a person", "support", "billing", "operator"),
)

report_acts(ReportKind.SECRETS, "core.connection_create")
REPORTED_ACTS.fill(
    ReportedAct(
        act="core.connection_update",
        kind=ReportKind.SECRETS,
        unless=Q(values__after__credentials_replaced=[]),
    )
)

PORTAL_NAVIGATION.fill(
    PortalEntry(key="home", label=_("Home"), url_name="pages:home", icon="house"), order=10
)
