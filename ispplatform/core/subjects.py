"""How the kernel's tables point at rows of apps that they do not know: (type, id, label)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A row of any app, as events, operations and audit entries name it.

    Args:
        type: ``app.model`` in lower case, for example ``billing.invoice``.
        id: the row's primary key.
        label: what a person calls it, for example its number; at most 200 characters are kept.
    """

    type: str
    id: UUID
    label: str = ""


class _Row(Protocol):
    pk: Any
    _meta: ClassVar[Any]


def subject_of(row: _Row) -> Subject:
    """Return the subject that names a model instance; its ``str()`` becomes the label."""
    return Subject(type=row._meta.label_lower, id=row.pk, label=str(row)[:200])
