"""One call of a sandbox back end: recorded like a real one, and broken when somebody asked for it.

A back end wraps what it does::

    with sandbox_call(self.context, "register", request={"name": order.name}) as call:
        ...                                   # act on the counterpart's own tables
        call.answer = {"reference": reference}
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from ispplatform.core.clock import system_now
from ispplatform.core.errors import (
    ProviderError,
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.models.sandbox import FaultMode, SandboxFault
from ispplatform.core.providers import ProviderContext


@dataclass(kw_only=True)
class SandboxCall:
    """What is known of the call while it runs.

    Args:
        needs_authentication: a prepared fault asks the card holder for authentication.
        answer: what the record shows as the provider's answer.
    """

    needs_authentication: bool = False
    answer: dict[str, Any] = field(default_factory=dict)


@contextmanager
def sandbox_call(
    context: ProviderContext,
    name: str,
    *,
    request: Mapping[str, Any],
    changes: bool = True,
) -> Iterator[SandboxCall]:
    """Run the body as one call of the sandbox, unless a prepared fault comes first.

    Args:
        name: the back end's method.
        request: what the record shows as sent; secrets are masked.
        changes: the call changes something at the counterpart.

    Raises:
        ProviderUnavailable, ProviderRejected: before the body, which then does not run.
        ProviderOutcomeUnknown: after the body has run: it happened, and nobody was told; or, as a
            server's error page leaves it open too, before the body, which then does not run.
    """
    call = SandboxCall()
    mode = _fault_taken(context.connection_id, name, changes=changes)
    try:
        if mode == FaultMode.UNAVAILABLE:
            raise ProviderUnavailable("The sandbox is made to be out of reach.")
        if mode == FaultMode.REFUSED:
            raise ProviderRejected("The sandbox is made to refuse.")
        if mode == FaultMode.BROKEN:
            raise ProviderOutcomeUnknown("The sandbox is made to answer with an error of its own.")
        call.needs_authentication = mode == FaultMode.AUTHENTICATION
        yield call
        if mode == FaultMode.ANSWER_LOST:
            raise ProviderOutcomeUnknown("The sandbox is made to lose its answer.")
    except ProviderError as error:
        context.recorder.note(f"sandbox {name}", request=request, error=error.message)
        raise
    context.recorder.note(f"sandbox {name}", request=request, answer=call.answer)


def _fault_taken(connection_id: UUID, name: str, *, changes: bool) -> str:
    """Return the mode of the fault that this call uses up, or an empty string."""
    now = system_now()
    rows = SandboxFault.objects.filter(connection_id=connection_id).filter(
        Q(call=name) | Q(call=""), Q(until=None, remaining__gt=0) | Q(until__gt=now)
    )
    for fault in rows.order_by("id"):
        if fault.until is not None:
            return str(fault.mode)
        if not changes and fault.call != name:
            continue
        used = SandboxFault.objects.filter(pk=fault.pk, remaining__gt=0)
        if used.update(remaining=F("remaining") - 1):
            return str(fault.mode)
    return ""
