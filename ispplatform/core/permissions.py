"""The list of everything that may be permitted, declared by the app that asks for it.

A permission is a string ``resource:action`` (``invoices:void``). Roles, API keys and portal
accounts hold *grants*: permissions, or patterns over them (``*``, ``invoices:*``, ``*:read``).
Patterns are resolved against this list when a session begins or a role changes, so what a role
with ``invoices:*`` may do grows with the product. See ``docs/mechanisms/permissions.md``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ispplatform.core.actors import EVERYTHING

_FORM = re.compile(r"[a-z][a-z0-9_]*:[a-z][a-z0-9_]*")
READ = "read"


@dataclass(frozen=True, kw_only=True, slots=True)
class Permission:
    """One thing that a role may allow.

    Args:
        code: ``resource:action``.
        label: what staff read beside the tick box, a short imperative sentence without a stop.
        roles: codes of the seeded roles that hold it from the first day; ``admin`` holds all.
    """

    code: str
    label: str
    roles: frozenset[str]

    @property
    def resource(self) -> str:
        """The part before the colon."""
        return self.code.partition(":")[0]

    @property
    def action(self) -> str:
        """The part after the colon."""
        return self.code.partition(":")[2]


_declared: dict[str, Permission] = {}


def declare_permissions(*permissions: tuple[str, ...]) -> None:
    """Add permissions to the list; called once per app, from its ``wiring.py``.

    Args:
        permissions: tuples ``(code, label, *codes of the seeded roles that hold it)``. A role
            ``customer`` makes it a permission of portal accounts.

    Raises:
        ValueError: a code is malformed, or was declared with other words before.
    """
    for code, label, *roles in permissions:
        if not _FORM.fullmatch(code):
            raise ValueError(f"{code!r} is not of the form resource:action.")
        permission = Permission(code=code, label=label, roles=frozenset(roles))
        if _declared.setdefault(code, permission) != permission:
            raise ValueError(f"The permission {code} is declared twice, with different words.")


def declared_permissions() -> list[Permission]:
    """Return every declared permission, by code."""
    return [_declared[code] for code in sorted(_declared)]


def is_declared(code: str) -> bool:
    """Tell whether some app asks for this permission."""
    return code in _declared


def is_grant(grant: str) -> bool:
    """Tell whether ``grant`` is a declared permission or a pattern that means at least one."""
    return grant == EVERYTHING or bool(permissions_of([grant]))


def permissions_of(grants: Iterable[str]) -> frozenset[str]:
    """Return the declared permissions that ``grants`` mean; unknown ones mean nothing.

    ``*`` stays itself, so that an administrator may also do what a later release brings.
    """
    wanted = set(grants)
    if EVERYTHING in wanted:
        return frozenset({EVERYTHING})
    return frozenset(
        permission.code
        for permission in _declared.values()
        if permission.code in wanted
        or f"{permission.resource}:{EVERYTHING}" in wanted
        or f"{EVERYTHING}:{permission.action}" in wanted
    )


def permissions_seeded_for(role: str) -> frozenset[str]:
    """Return the permissions that were declared with the seeded role ``role``."""
    return frozenset(code for code, permission in _declared.items() if role in permission.roles)
