"""What a new company sets up before it sells: a list on the home page until all of it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils.functional import Promise

from ispplatform.core.actors import Actor
from ispplatform.core.models.connections import ConnectionState, ProviderConnection
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.slots import Slot

Text = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class SetupLine:
    """One thing to set up.

    Args:
        key: stable name, a word with underscores.
        label: what is to be done.
        help: why, or what is needed for it.
        url_name: the page where it is done.
        permission: who may do it; others see the line without a link.
        is_done: whether it is: known from the company's row, or an expression over it, so that
            all lines together cost one query.
        query: a query string for the page.
    """

    key: str
    label: Text
    help: Text
    url_name: str
    permission: str
    is_done: Callable[[Tenant], bool | Combinable]
    query: str = ""


SETUP_LINES: Slot[SetupLine] = Slot("admin.setup", key=lambda line: line.key)


def has_working_connection(kind: str) -> Exists:
    """Return whether the company has an active connection of this kind whose last test worked."""
    rows = ProviderConnection.objects.filter(
        kind=kind, is_active=True, state=ConnectionState.WORKING
    )
    return Exists(rows)


def setup_tile(tenant: Tenant, actor: Actor) -> dict[str, Any] | None:
    """Return the list with its states; None in a sandbox, and when all is done. One query."""
    if tenant.is_sandbox:
        return None
    lines = SETUP_LINES.items()
    states = _states(tenant, lines)
    if all(states.values()):
        return None
    return {
        "lines": [
            {
                "line": line,
                "is_done": states[line.key],
                "url": _address(line) if actor.can(line.permission) else "",
            }
            for line in lines
        ],
        "done": sum(states.values()),
        "count": len(lines),
    }


def _states(tenant: Tenant, lines: list[SetupLine]) -> dict[str, bool]:
    asked = {line.key: line.is_done(tenant) for line in lines}
    known = {key: state for key, state in asked.items() if isinstance(state, bool)}
    unknown = {key: state for key, state in asked.items() if not isinstance(state, bool)}
    if unknown:
        rows = Tenant.objects.filter(pk=tenant.pk).annotate(**unknown)
        known |= {key: bool(state) for key, state in rows.values(*unknown).get().items()}
    return known


def _address(line: SetupLine) -> str:
    return reverse(line.url_name) + (f"?{line.query}" if line.query else "")
