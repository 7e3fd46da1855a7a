"""Bears worker processes: imports the product once, then forks for each order.

It reads one order a line, ``{"command": [...], "behavior": {...}}``, and answers with the number
of the process, which leads a group of its own. What runs in it is Celery's own command line, as
``python -m celery`` would run it; starting Python anew for each would take ten times as long.
"""

import gc
import importlib
import json
import os
import signal
import sys
import traceback
import warnings
from contextlib import ExitStack, suppress
from typing import Any

from celery.bin.celery import main as celery_main
from django.core.checks import run_checks
from django.db import connections

from ispplatform.celery import app
from tests.deaths.behavior import Behavior

READY = "ready"
# What Celery imports only when a worker or a beat starts.
LATE_IMPORTS = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.concurrency.asynpool",
    "celery.worker.components",
    "celery.worker.consumer",
    "celery.worker.control",
    "kombu.transport.redis",
)
# What the process runs: Django has to be ready before this module is imported.
PROGRAM = (
    "import sys, django; django.setup(); from tests.deaths.nursery import bear; bear(sys.argv[1])"
)


def bear(log: str) -> None:
    """Take orders until there are none; what is born writes into the file ``log``."""
    for module in LATE_IMPORTS:
        importlib.import_module(module)
    app.loader.import_default_modules()
    run_checks()  # as a worker does when it starts
    connections.close_all()
    gc.freeze()  # what is here now is shared by all
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the dead
    _say(READY)
    born = []
    for line in sys.stdin:
        number = os.fork()
        if not number:
            _live(json.loads(line), log)
        born.append(number)
        _say(str(number))
    for group in born:  # the test is over, or is dead itself
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def _live(order: dict[str, Any], log: str) -> None:
    """Be what was ordered; never returns."""
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream, place in ((0, os.open(os.devnull, os.O_RDONLY)), (1, written), (2, written)):
            os.dup2(place, stream)
        warnings.filterwarnings("ignore", message="You're running the worker with superuser")
        sys.argv = ["celery", *order["command"]]
        with ExitStack() as life:
            Behavior(**order["behavior"]).put_on(life)
            celery_main()
    except SystemExit:
        os._exit(0)
    except BaseException:  # the end of a process
        traceback.print_exc()
    finally:
        os._exit(1)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
