"""Backups of an installation: made while it runs, proved when they are restored.

See ``docs/mechanisms/backup.md``.
"""

from ispplatform.core.backup.errors import BackupRefused
from ispplatform.core.backup.making import backup_make
from ispplatform.core.backup.proving import backup_prove
from ispplatform.core.backup.restoring import backup_restore
from ispplatform.core.backup.upgrading import installation_upgrade

__all__ = ["BackupRefused", "backup_make", "backup_prove", "backup_restore", "installation_upgrade"]
