"""Backups that were proved: loaded apart from the data, and counted."""

from django.db import models

from ispplatform.core.tenancy.base import TenantModel


class BackupProof(TenantModel):
    """A backup with this company's data that could be loaded, and held what it says of itself.

    ``made_at`` is when the backup was made, ``proved_at`` when it was proved; ``sha256`` is of the
    whole archive; ``row_count`` counts all tables of the installation.
    """

    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    proved_at = models.DateTimeField()
    row_count = models.PositiveBigIntegerField()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "made_at"])]

    def __str__(self) -> str:
        return self.file_name
