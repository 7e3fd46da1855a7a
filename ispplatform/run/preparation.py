"""What comes before the programs: the database as the code wants it, and the demo company once."""

import json
import time
from collections.abc import Mapping
from pathlib import Path

from ispplatform.run.console import Console
from ispplatform.run.fingerprint import code_fingerprint
from ispplatform.run.installation import BASE_DIR, Installation, StartRefused
from ispplatform.run.launching import Launched, describe_end

DEMO_COMMAND = "*/management/commands/demo.py"


class Preparation:
    """Runs the one-off commands of a start, and remembers what need not be run again."""

    def __init__(
        self, installation: Installation, environment: Mapping[str, str], console: Console
    ) -> None:
        self.installation = installation
        self.environment = environment
        self.console = console

    async def run(self) -> None:
        """Migrate when the code has changed since the last time; load the demo company once.

        Raises:
            StartRefused: a command failed.
        """
        code = code_fingerprint(BASE_DIR)
        done = self._done()
        if done.get("migrated") != code:
            await self._manage("migrate", "--no-input", "--verbosity", "0")
            done["migrated"] = code
            _remember(self.installation, done)
        if "demo" not in done and any(BASE_DIR.glob(DEMO_COMMAND)):
            await self._manage("demo")
            done["demo"] = "loaded"
            _remember(self.installation, done)

    def _done(self) -> dict[str, str]:
        """Return what earlier starts have done to this database; nothing when it is another."""
        database = self.installation.outside.get("DATABASE_URL")
        if database or not (self.installation.data_dir / "db.sqlite3").exists():
            return {}
        try:
            done = json.loads(_memory(self.installation).read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return done if isinstance(done, dict) else {}

    async def _manage(self, command: str, *arguments: str) -> None:
        started_at = time.monotonic()
        self.console.line(command, "working ...")
        life = await Launched.start(
            self.installation.manage(command, *arguments),
            self.environment,
            lambda text: self.console.line(command, text),
        )
        try:
            status = await life.wait()
        finally:
            life.kill_all()
        if status:
            raise StartRefused(f"manage.py {command} {describe_end(status)}: its lines say why.")
        self.console.line(command, f"done in {time.monotonic() - started_at:.1f} s")


def no_demo_wanted(installation: Installation) -> None:
    """Note that this data was restored: the next start migrates it and adds nothing to it."""
    _remember(installation, {"demo": "restored"})


def _memory(installation: Installation) -> Path:
    return installation.data_dir / "prepared.json"


def _remember(installation: Installation, done: dict[str, str]) -> None:
    unfinished = _memory(installation).with_suffix(".new")
    unfinished.write_text(json.dumps(done))
    unfinished.replace(_memory(installation))
