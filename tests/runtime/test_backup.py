"""The commands of an operator: back up here, restore onto an empty machine."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.runtime.conftest import Installation

pytestmark = [pytest.mark.needs_sqlite, pytest.mark.slow]


def run(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ispplatform.run", *arguments],
        cwd=settings.BASE_DIR,
        env={"PATH": "/usr/bin:/bin", "DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_backup_returns_to_an_empty_machine_with_its_keys(prepared: Installation, tmp_path: Path):
    made = run(prepared.data_dir, "manage", "backup", "--to", str(tmp_path / "safe"))
    assert made.returncode == 0, made.stderr
    (archive,) = (tmp_path / "safe").iterdir()
    (keys,) = (prepared.data_dir / "backups-of-keys").iterdir()
    assert str(archive) in made.stdout
    assert str(keys) in made.stdout
    empty = tmp_path / "other" / "var"
    stranger = run(tmp_path / "third", "restore", str(archive))
    assert stranger.returncode == 1
    assert "encryption keys" in stranger.stderr
    restored = run(empty, "restore", str(archive), "--keys", str(keys))
    assert restored.returncode == 0, restored.stderr
    assert "all sums of money are equal" in restored.stdout
    assert "Nothing is sent from here yet" in restored.stdout
    for name in ("secret_key", "field_encryption_key"):
        kept = (prepared.data_dir / "keys" / name).read_text()
        assert (empty / "keys" / name).read_text() == kept
    assert '"restored"' in (empty / "prepared.json").read_text(), "no demo company is put beside it"
    again = run(empty, "restore", str(archive), "--keys", str(keys))
    assert again.returncode == 1
    assert "already" in again.stderr


def test_while_it_runs_nothing_is_restored_over_it(prepared: Installation, tmp_path: Path):
    assert run(prepared.data_dir, "manage", "backup", "--to", str(tmp_path)).returncode == 0
    (archive,) = tmp_path.glob("isp-*.tar.gz")
    prepared.start()
    refused = run(prepared.data_dir, "restore", str(archive), "--replace")
    assert refused.returncode == 1
    assert "is running" in refused.stderr
