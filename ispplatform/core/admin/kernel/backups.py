"""The page that says which backup was proved last."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.pages import StaffPage
from ispplatform.core.backup.proving import BACKUP_PROOF_DAYS, backup_is_proved
from ispplatform.core.models.backups import BackupProof
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.tenancy.context import current_tenant_id

SHOWN = 10


class BackupPage(StaffPage):
    """Shows the newest proofs, and the commands that make one."""

    title = _("Backup")
    template_name = "admin/house/backup.html"
    permission = "company:read"

    def content(self, request: HttpRequest) -> dict[str, Any]:
        tenant = Tenant.objects.get(pk=current_tenant_id())
        state = Tenant.objects.filter(pk=tenant.pk).values_list(backup_is_proved(tenant), flat=True)
        return {
            "proofs": BackupProof.objects.order_by("-proved_at")[:SHOWN],
            "is_proved": bool(state.get()),
            "days": BACKUP_PROOF_DAYS.of(tenant),
        }
