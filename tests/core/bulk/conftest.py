"""Operations that need a person, and colleagues who look after many of them at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.test import Client

from accounts.models import Membership
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.bulk import BULK_ACTS, BulkAct
from ispplatform.core.bulk.services import bulk_choose
from ispplatform.core.bulk.working import bulk_work
from ispplatform.core.ids import uuid7
from ispplatform.core.models import BulkRun, Operation, OperationState, Tenant
from ispplatform.core.subjects import Subject
from ispplatform.core.testing import run_until_quiet
from tests.core.operations.conftest import connection, lamp, lamp_kinds, start, world
from tests.core.operations.counterpart import refuses
from tests.pages.staff import colleague, session_client

__all__ = ["connection", "lamp", "lamp_kinds", "world"]

RETRY = "core.operations_retry"
SYSTEM = Actor.system("tests")


@pytest.fixture
def boss(tenant: Tenant) -> Membership:
    """Somebody who may do everything in the company."""
    return colleague(tenant, "admin")


@pytest.fixture
def desk(boss: Membership) -> Client:
    return session_client(boss)


@pytest.fixture
def clerk(boss: Membership) -> Actor:
    """The same person as services see it."""
    return actor_of(boss, "*")


@pytest.fixture
def failed(connection, world) -> Callable[[int], list[Operation]]:
    """Return operations that the provider refused."""

    def make(count: int) -> list[Operation]:
        world.before_act = refuses
        rows = [
            start(connection, Subject(type="lamps.lamp", id=uuid7(), label=f"Lamp {n}"), f"f{n}")
            for n in range(count)
        ]
        run_until_quiet()
        world.before_act = lambda key: None
        found = list(Operation.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk"))
        assert {row.state for row in found} == {OperationState.REJECTED}
        return found

    return make


def actor_of(member: Membership, *permissions: str) -> Actor:
    return Actor(
        type=ActorType.USER,
        id=str(member.user_id),
        label=member.user.email,
        permissions=frozenset(permissions),
    )


def planned(actor: Actor, rows: list[Operation], act: str = RETRY) -> BulkRun:
    """Return a plan over these rows."""
    known = BULK_ACTS.get(act)
    assert known is not None
    run = bulk_choose(actor=actor, act=known, ids=[row.pk for row in rows])
    worked(run)
    return run


def worked(run: BulkRun) -> BulkRun:
    """Let a worker do all there is to do, and return the run as it is then."""
    while bulk_work(run.pk):
        pass
    run.refresh_from_db()
    return run


@contextmanager
def replaced(act: BulkAct) -> Iterator[None]:
    """The act of this name is another one inside the ``with`` block."""
    before = BULK_ACTS._items[act.name]
    BULK_ACTS._items[act.name] = (before[0], act)
    try:
        yield
    finally:
        BULK_ACTS._items[act.name] = before
