"""What money is at stake where a subject is in trouble: each app says it of its own rows."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from ispplatform.core.money import Money
from ispplatform.core.slots import Slot
from ispplatform.core.subjects import Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyAtStake:
    """How much hangs on subjects of one type.

    Args:
        subject_type: ``app.model`` in lower case.
        amount: gives it by the subject's id, for rows of the tenant in scope; None where it is not
            known. It is asked once, when a row is opened or renewed, and stored with it: no list
            asks again.
    """

    subject_type: str
    amount: Callable[[UUID], Money | None]


money_at_stake: Slot[MoneyAtStake] = Slot(
    "attention.money_at_stake", key=lambda item: item.subject_type
)


def stake_of(subject: Subject) -> Money | None:
    """Return what is at stake for a subject; None where nobody knows."""
    item = money_at_stake.get(subject.type)
    return item.amount(subject.id) if item is not None else None
