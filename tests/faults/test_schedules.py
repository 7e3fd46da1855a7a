"""Two hundred random schedules of faults over a whole sale: order, money, services.

The embedded database plays the first sixty, PostgreSQL the others: together they take minutes.
``FAULT_SEED=7`` plays the schedules from 7 on; ``FAULT_SCHEDULES=1`` plays that one alone. A
failing test names its seed.
"""

import os
import random
from types import SimpleNamespace
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from django.core.cache import cache

from ispplatform.core.models import ProviderConnection, SandboxFault
from tests.faults.sale import Sale
from tests.faults.verdict import left_for_people, shortcomings
from tests.sales.conftest import Shop

FIRST_SEED = int(os.environ.get("FAULT_SEED", "1"))
SCHEDULES = int(os.environ.get("FAULT_SCHEDULES", "200"))
SCHEDULES_PER_TEST = 10
EMBEDDED_UNTIL = 60
IS_CHOSEN = bool({"FAULT_SEED", "FAULT_SCHEDULES"} & os.environ.keys())


def shared_out() -> list[ParameterSet]:
    """Return the first seed of each test, with the database that plays it."""
    seeds = range(FIRST_SEED, FIRST_SEED + SCHEDULES, SCHEDULES_PER_TEST)
    if IS_CHOSEN:
        return [pytest.param(seed) for seed in seeds]
    own, others = pytest.mark.needs_sqlite, pytest.mark.needs_postgres
    return [pytest.param(seed, marks=own if seed <= EMBEDDED_UNTIL else others) for seed in seeds]


@pytest.mark.slow
@pytest.mark.parametrize("first_seed", shared_out())
def test_whatever_breaks_a_paid_order_is_active_or_before_a_person(
    stall_shop: Shop, clock: Any, ids: SimpleNamespace, first_seed: int
) -> None:
    failed = []
    for seed in range(first_seed, min(first_seed + SCHEDULES_PER_TEST, FIRST_SEED + SCHEDULES)):
        sale = played(seed, stall_shop, clock, ids)
        wrong = shortcomings(sale)
        if waiting := left_for_people(sale):
            sale.told.append(f"people: {waiting}")
            sale.people_act()
            wrong += [*shortcomings(sale), *left_for_people(sale)]
        if wrong:
            failed.append(f"{sale}\n    {wrong}")

    assert not failed, "\n".join(["", *failed])


def played(seed: int, shop: Shop, clock: Any, ids: SimpleNamespace) -> Sale:
    """Play one seed's sale; nothing of the sales before it is left to happen."""
    cache.clear()
    ids.urandom = random.Random(seed).randbytes
    SandboxFault.objects.all().delete()
    ProviderConnection.objects.update(
        circuit_failures=0, circuit_open_until=None, circuit_probe_until=None
    )
    sale = Sale(seed, shop, clock)
    sale.play()
    return sale
