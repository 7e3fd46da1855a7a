"""A worker in a process of its own: runs one operation and is killed at a point of the engine."""

import os
import signal
from uuid import UUID

from ispplatform.core.operations import failpoints
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.tenancy.context import tenant_context
from tests.core.operations.counterpart import register_lamps

# What the process runs: Django has to be ready before this module is imported.
PROGRAM = (
    "import sys, django; django.setup(); "
    "from tests.core.operations.worker import main; main(*sys.argv[1:])"
)


def main(tenant_id: str, operation_id: str, point: str) -> None:
    """Run the operation and kill this process when the engine reaches ``point``."""
    register_lamps()

    def kill_at(reached: str) -> None:
        if reached == point:
            os.kill(os.getpid(), signal.SIGKILL)

    with failpoints.installed(kill_at), tenant_context(UUID(tenant_id)):
        operation_run(UUID(operation_id))
