"""How work reaches Celery: after the commit, by ids, and with nothing left over from before.

Celery only carries ids. Every row that must be worked on says so itself, and a sweep queues it
again, so a broker that is down or loses messages costs time and never work.
"""

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from celery import Signature, Task
from django.db import transaction

from ispplatform.core.request_ids import use_request_id
from ispplatform.core.tenancy.context import enter_scope, tenant_context

_is_quiet: contextvars.ContextVar[bool] = contextvars.ContextVar("is_quiet", default=False)


class PlatformTask(Task):
    """The class of all tasks: each runs without a tenant and under a request id of its own.

    What a task sets in its context (tenant scope, request id, language) ends with it, so neither
    the next task in this process nor a caller in eager mode inherits any of it.
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return contextvars.copy_context().run(self._run_alone, *args, **kwargs)

    def _run_alone(self, *args: Any, **kwargs: Any) -> Any:
        enter_scope(None)
        use_request_id(self.request.id)
        return super().__call__(*args, **kwargs)


def in_tenant(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a task's function take a tenant's id first and run inside that tenant.

    Place it below ``shared_task``; queue the task with ``enqueue_on_commit(task, tenant_id, ...)``.
    """

    @wraps(function)
    def run(tenant_id: UUID | str, *args: Any) -> Any:
        with tenant_context(UUID(str(tenant_id))):
            return function(*args)

    return run


def enqueue_on_commit(task: Task | Signature, *args: object) -> None:
    """Queue ``task`` once the present transaction has committed; at once when there is none.

    The same task with the same arguments is queued once per transaction. A broker that is down
    must not turn a saved order into an error page: the failure is logged, and the sweep that
    looks after the task's rows queues it later.
    """
    call = _Enqueue(task=task, args=args)
    if not _is_registered(call):
        transaction.on_commit(call.send, robust=True)


@contextmanager
def without_messages() -> Iterator[None]:
    """Send no message to the broker inside the ``with`` block.

    For a command that works off what it starts by itself (``run_until_quiet``); what it leaves
    behind is found by the sweeps.
    """
    token = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(token)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Enqueue:
    """A queueing that can be told apart from other callbacks of the transaction."""

    task: Task | Signature
    args: tuple[object, ...]

    def send(self) -> None:
        """Hand the message to the broker."""
        if not _is_quiet.get():
            self.task.delay(*self.args)


def _is_registered(call: _Enqueue) -> bool:
    """Tell whether the transaction queues the same already, whatever is rolled back after this."""
    connection = transaction.get_connection()
    here = set(connection.savepoint_ids)
    return any(
        getattr(callback, "__self__", None) == call and savepoints <= here
        for savepoints, callback, _robust in reversed(connection.run_on_commit)
    )
