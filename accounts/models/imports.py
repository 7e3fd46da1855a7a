"""People from a file: what was sent, and each row of it until it is invited."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.invitations import StaffInvitation
from ispplatform.core.tenancy.base import TenantModel


class PeopleImport(TenantModel):
    """A file that was read; what becomes of its rows is the bulk run's matter."""

    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField()
    problem_count = models.PositiveIntegerField()
    run_id = models.UUIDField(null=True, blank=True)
    actor_label = models.CharField(max_length=200, verbose_name=_("sent by"))
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        verbose_name = _("import of people")
        verbose_name_plural = _("imports of people")
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["expires_at"]),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportedPerson(TenantModel):
    """One row of such a file. ``problem`` says why nobody is invited by it; empty for none."""

    source = models.ForeignKey(PeopleImport, on_delete=models.CASCADE, related_name="people")
    line = models.PositiveIntegerField()
    email = models.CharField(max_length=254, blank=True)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    roles = models.JSONField(default=list, blank=True)
    column = models.CharField(max_length=40, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    invitation = models.ForeignKey(
        StaffInvitation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("imported person")
        verbose_name_plural = _("imported people")
        indexes = [models.Index(fields=["tenant", "id"])]

    def __str__(self) -> str:
        who = self.email or "?"
        return f"{self.line}: {who}"
