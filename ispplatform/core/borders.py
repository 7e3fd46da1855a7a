"""Borders: what fails on one row, or in one company, stops no other and is put before a person.

Every run of beat goes through ``each_tenant``, every row that it looks after through ``each``.
See ``docs/mechanisms/automation.md``.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid5

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection

from ispplatform.core.attention import attention_open, attention_settled
from ispplatform.core.errors import PlatformError
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.money import Money
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.context import tenant_context

logger = logging.getLogger(__name__)

DUTY_FAILED = "core.duty_failed"
DATABASE_TROUBLE = (InterfaceError, OperationalError)
R = TypeVar("R")
T = TypeVar("T")


class NothingWorked(RuntimeError):
    """A duty failed in every company: it must not count as done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stake:
    """What is told of a row that failed.

    Args:
        money: what is at stake, where it is known.
    """

    subject: Subject
    money: Money | None = None
    customer_id: UUID | None = None


def alone(do: Callable[[], R], *, failed: Callable[[str], object], otherwise: R) -> R:
    """Do one thing behind a border; what it raises is told to ``failed`` as a sentence.

    A database that gave no answer (a lock, a deadlock) is asked once more. The end of the worker's
    time and a lost database are nobody's failure: they end the run.

    Returns:
        What ``do`` returned, or ``otherwise`` when it failed.
    """
    try:
        try:
            return do()
        except DATABASE_TROUBLE as trouble:
            pass_on(trouble)
            return do()
    except Exception as error:  # the border: whatever it was, the others go on
        pass_on(error)
        _note(error, failed)
        return otherwise


def pass_on(error: Exception) -> None:
    """Raise ``error`` again when it ends the whole run, instead of one row's turn."""
    if isinstance(error, SoftTimeLimitExceeded):
        raise error
    if isinstance(error, DATABASE_TROUBLE) and not connection.is_usable():
        raise error


def sentence_of(error: Exception) -> str:
    """Return what staff read about an error."""
    return error.message if isinstance(error, PlatformError) else f"{type(error).__name__}: {error}"


def each(
    rows: Iterable[T],
    do: Callable[[T], object],
    *,
    kind: str,
    stake: Callable[[T], Stake],
    is_all: bool = True,
) -> int:
    """Do something with each row behind a border; one that fails stands before a person.

    Call it in the tenant, outside any transaction. A row's matter closes by itself when a later
    run gets it done, or finds that it is not due any more.

    Args:
        rows: model instances, or their ids.
        kind: the declared ``AttentionKind`` of those that fail.
        stake: asked only about a row that failed; its subject's id is the row's.
        is_all: whether ``rows`` are all that are due, and not a part of them.

    Returns:
        How many rows were done.
    """
    open_ids = set(_open_items(kind).values_list("subject_id", flat=True))
    done = 0
    still: set[UUID] = set()
    for row in rows:
        row_id = _id_of(row)
        if alone(partial(_did, do, row), failed=partial(_show, kind, stake, row), otherwise=False):
            done += 1
            if row_id in open_ids:
                _settle(kind, row_id)
        else:
            still.add(row_id)
    for row_id in open_ids - still if is_all else ():
        _settle(kind, row_id)
    return done


def room_for(most: int, *, kind: str) -> int:
    """Return how many rows a batch takes, so that those which fail each time cannot fill it."""
    return most + _open_items(kind).count()


def each_tenant(
    tenants: Iterable[Tenant], jobs: Mapping[str, Callable[[Tenant], int | None]]
) -> int:
    """Do every job in every tenant behind a border; a company where one fails reads of it.

    Args:
        jobs: stable name (``app.job``) to what is called inside the tenant.

    Returns:
        The sum of what the jobs returned.

    Raises:
        NothingWorked: a job failed in every company; everything else was done before.
    """
    done = 0
    worked: set[str] = set()
    broken: dict[str, str] = {}
    for tenant in list(tenants):
        with tenant_context(tenant.pk):
            for name, job in jobs.items():
                reasons: list[str] = []
                run = partial(_counted, job, tenant)
                done += alone(run, failed=reasons.append, otherwise=0)
                _tell(tenant, name, reasons)
                if reasons:
                    broken[name] = reasons[0]
                else:
                    worked.add(name)
    if nowhere := [f"{name}: {why}" for name, why in broken.items() if name not in worked]:
        raise NothingWorked("; ".join(nowhere))
    return done


def _counted(job: Callable[[Tenant], int | None], tenant: Tenant) -> int:
    return job(tenant) or 0


def _id_of(row: Any) -> UUID:
    row_id: UUID = getattr(row, "pk", row)
    return row_id


def _did(do: Callable[[T], object], row: T) -> bool:
    do(row)
    return True


def _note(error: Exception, failed: Callable[[str], object]) -> None:
    if isinstance(error, PlatformError):
        logger.warning("One failed and the others go on: %s", error.message)
    else:
        logger.error("One failed and the others go on.", exc_info=error)
    try:
        failed(sentence_of(error))
    except Exception as second:  # noting it failed as well: still no reason to stop the others
        pass_on(second)
        logger.exception("A failure could not be put before a person.")


def _show(kind: str, stake: Callable[[Any], Stake], row: Any, reason: str) -> None:
    told = stake(row)
    attention_open(
        kind=kind,
        subject=told.subject,
        sentence=f"{told.subject.label}: {reason[:400]} Every run tries again.",
        money=told.money,
        customer_id=told.customer_id,
    )


def _tell(tenant: Tenant, name: str, reasons: list[str]) -> None:
    """Put a job that failed before the company, or take it away again."""
    subject = Subject(type="core.duty", id=uuid5(tenant.pk, name), label=name)
    if reasons:
        opened = partial(
            attention_open,
            kind=DUTY_FAILED,
            subject=subject,
            sentence=f"{name} failed: {reasons[0][:400]} It is tried again.",
        )
        alone(opened, failed=logger.error, otherwise=None)
    elif _open_items(DUTY_FAILED).filter(subject_id=subject.id).exists():
        _settle(DUTY_FAILED, subject.id)


def _open_items(kind: str) -> Any:
    return AttentionItem.objects.filter(kind=kind, resolved_at=None).order_by()


def _settle(kind: str, subject_id: UUID) -> None:
    attention_settled(
        kind=kind,
        subject=Subject(type="", id=subject_id),
        resolution="It was done, or is not due any more.",
    )
