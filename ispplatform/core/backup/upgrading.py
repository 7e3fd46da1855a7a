"""Bring the database to the version of the code that is installed, or leave it as it was."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection

from ispplatform.core.backup.errors import BackupRefused
from ispplatform.core.backup.making import backup_make
from ispplatform.core.backup.restoring import backup_restore
from ispplatform.core.backup.stores import store_of_installation

# Each step is a management command of a process of its own, with the new code.
STEPS: tuple[tuple[str, ...], ...] = (
    ("migrate", "--no-input", "--verbosity", "0"),
    ("check", "--database", "default", "--fail-level", "ERROR"),
)


def installation_upgrade(
    directory: Path,
    *,
    tell: Callable[[str], None],
    steps: Sequence[Sequence[str]] = STEPS,
) -> Path:
    """Back up, migrate, check; when a step fails, put everything back as it was.

    Returns:
        The backup that was made before.

    Raises:
        BackupRefused: a step failed, and the former state is back; or nothing was begun.
    """
    store = store_of_installation()
    store.require_alone()
    if store.is_empty():
        raise BackupRefused("There is nothing to upgrade: the database has no table.")
    backup = backup_make(directory)
    tell(f"Backup: {backup}")
    for step in steps:
        tell(f"{step[0]} ...")
        if not step_succeeds(step, tell):
            tell(f"{step[0]} failed: putting everything back.")
            backup_restore(backup, replace=True, is_copy=False)
            raise BackupRefused(
                f"{step[0]} failed, its lines above say why. Database and files are as before: "
                "go back to the former version of the code and start it."
            )
    return backup


def step_succeeds(step: Sequence[str], tell: Callable[[str], None]) -> bool:
    """Run a management command in a process of its own, as the owner of the tables.

    Args:
        tell: is given each line that it writes.
    """
    connection.close()
    url = store_of_installation().owner_url
    ended = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *step],
        env={**os.environ, "DATABASE_URL": url, "DATA_DIR": str(settings.DATA_DIR)},
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    for line in ended.stdout.splitlines():
        tell(f"  {line}")
    return ended.returncode == 0
