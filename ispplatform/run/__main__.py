"""``python -m ispplatform.run``: start everything, or one management command beside it.

``python -m ispplatform.run manage COMMAND ...`` runs a management command with the environment of
the embedded installation, so that both use one database, one set of keys and one broker.
``python -m ispplatform.run restore FILE [--keys COPY] [--replace]`` puts a backup in its place.
"""

import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

from ispplatform.run.console import Console
from ispplatform.run.installation import BASE_DIR, Installation, StartRefused, own_environment
from ispplatform.run.keys import KeysRefused, keys_put_back
from ispplatform.run.ports import broker_answers, without_broker
from ispplatform.run.preparation import no_demo_wanted
from ispplatform.run.supervisor import run_installation


def main(arguments: list[str]) -> None:
    """Do what the command line says; end the process with a sentence where that is refused."""
    try:
        installation = own_environment()
        if arguments[:1] == ["manage"]:
            sys.exit(_manage(installation, *arguments[1:]))
        elif arguments[:1] == ["restore"]:
            sys.exit(_restore(installation, arguments[1:]))
        elif arguments:
            raise StartRefused(
                "Usage: python -m ispplatform.run [manage COMMAND ... | restore FILE]"
            )
        run_installation(installation, Console())
    except StartRefused as refusal:
        sys.exit(f"ISP Platform: {refusal}")


def _manage(installation: Installation, *arguments: str) -> int:
    command = installation.manage(*arguments)
    environment = installation.environment()
    if not broker_answers(installation):
        environment = without_broker(environment)
        sys.stderr.write(
            "ISP Platform does not run here: what this queues is begun at the next `make run`.\n"
        )
    return subprocess.run(command, env=environment, cwd=BASE_DIR, check=False).returncode


def _restore(installation: Installation, arguments: list[str]) -> int:
    """Put the keys back first, where a copy is given: every program starts with them."""
    parser = ArgumentParser(prog="restore", usage="restore FILE [--keys COPY] [--replace]")
    parser.add_argument("file")
    parser.add_argument("--keys", type=Path)
    parser.add_argument("--replace", action="store_true")
    given = parser.parse_args(arguments)
    if given.keys:
        try:
            keys_put_back(given.keys, installation.keys_dir)
        except KeysRefused as refusal:
            raise StartRefused(str(refusal)) from refusal
    status = _manage(installation, "restore", given.file, *(["--replace"] if given.replace else []))
    if status == 0:
        no_demo_wanted(installation)
    return status


if __name__ == "__main__":
    main(sys.argv[1:])
