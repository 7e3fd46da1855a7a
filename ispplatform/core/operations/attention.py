"""Operations under *Needs a person*."""

from ispplatform.core.attention import attention_open, attention_settled, stake_of
from ispplatform.core.models.operations import Operation, OperationState
from ispplatform.core.operations.kinds import OperationKind
from ispplatform.core.subjects import Subject, subject_of

URGENT = "core.operation_urgent"
ORDINARY = "core.operation"


def operation_attention_open(kind: OperationKind, row: Operation) -> None:
    """Put the operation before staff; call it in the transaction that gives up."""
    fact = "was refused" if row.state == OperationState.REJECTED else "needs a decision"
    about_what = Subject(type=row.subject_type, id=row.subject_id, label=row.subject_label)
    about = f" for {row.subject_label}" if row.subject_label else ""
    attention_open(
        kind=URGENT if kind.is_urgent else ORDINARY,
        subject=subject_of(row),
        sentence=f"{kind.label}{about} {fact}: {row.error_message}",
        money=kind.money_at_stake(row) or stake_of(about_what),
        customer_id=row.customer_id,
    )


def operation_attention_settled(row: Operation, resolution: str) -> None:
    """Take the operation off the list; nothing happens when it is not on it."""
    for name in (URGENT, ORDINARY):
        attention_settled(kind=name, subject=subject_of(row), resolution=resolution)
