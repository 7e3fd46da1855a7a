"""``python -m ispplatform.run``: start everything, or one management command beside it.

``python -m ispplatform.run manage COMMAND ...`` runs a management command with the environment of
the embedded installation, so that both use one database, one set of keys and one broker.
"""

import subprocess
import sys

from ispplatform.run.console import Console
from ispplatform.run.installation import BASE_DIR, StartRefused, own_environment
from ispplatform.run.supervisor import run_installation


def main(arguments: list[str]) -> None:
    """Do what the command line says; end the process with a sentence where that is refused."""
    try:
        installation = own_environment()
        if arguments[:1] == ["manage"]:
            command = installation.manage(*arguments[1:])
            environment = installation.environment()
            ended = subprocess.run(command, env=environment, cwd=BASE_DIR, check=False)
            sys.exit(ended.returncode)
        elif arguments:
            raise StartRefused("Usage: python -m ispplatform.run [manage COMMAND ...]")
        run_installation(installation, Console())
    except StartRefused as refusal:
        sys.exit(f"ISP Platform: {refusal}")


if __name__ == "__main__":
    main(sys.argv[1:])
