"""Real workers killed by SIGKILL, with real counterparts outside, a real broker and a real beat."""

import os
from collections.abc import Callable

import pytest
from django.db import connection as database

from billing.models import PaymentMethod
from billing.selectors.ledger import ledger_differences
from billing.services.payments import payment_start
from hosting.models import HostingServer
from ispplatform.core.models import (
    AttentionItem,
    EventDelivery,
    Operation,
    ProviderConnection,
    Tenant,
)
from provisioning.models import Service
from sales.choices import OrderStatus
from tests.billing.gateways.fake_stripe import FakeStripe
from tests.deaths.effects import Charge, Effect, charge, switch
from tests.deaths.machine import Machine
from tests.faults.sale import OPEN_DELIVERIES, OPEN_OPERATIONS
from tests.hosting.panels.fake_cpanel import FakeCpanel
from tests.house import SYSTEM
from tests.sales.conftest import open_shop

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

RUN = "ispplatform.core.operations.tasks.run_operation"
BEFORE_THE_CALL = "sent_marked"
BEFORE_THE_ANSWER = ""  # no point of the engine: the counterpart has acted and keeps silent
BEFORE_THE_COMMIT = "settling"
AFTER_THE_COMMIT = "settled"
POINTS = (BEFORE_THE_CALL, BEFORE_THE_ANSWER, BEFORE_THE_COMMIT, AFTER_THE_COMMIT)


def left_open() -> list[str]:
    """Return what is still to be done, by anybody.

    One statement sees one moment: work that goes from one table to the next is in one of them.
    """
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT kind FROM core_operation WHERE state IN (%s, %s, %s)"
            " UNION ALL SELECT name FROM core_outboxevent WHERE dispatched_at IS NULL"
            " UNION ALL SELECT subscriber FROM core_eventdelivery WHERE state IN (%s, %s)",
            [*OPEN_OPERATIONS, *OPEN_DELIVERIES],
        )
        return [name for (name,) in cursor.fetchall()]


def gone_wrong() -> list[object]:
    """Return what did not end well, or went before a person on its way."""
    operations = Operation.objects.exclude(state="succeeded")
    return [
        *operations.values_list("kind", "state", "attempt", "error_message"),
        *EventDelivery.objects.filter(state="parked").values_list("subscriber", "error"),
        *AttentionItem.objects.values_list("kind", "sentence"),
    ]


def dies_at(machine: Machine, effect: Effect, point: str) -> tuple[str, int]:
    """Kill a worker at a point of the operation; return the row's state and the effects so far."""
    if point == BEFORE_THE_ANSWER:
        effect.hang()
    machine.queue(effect.operation)
    worker = machine.worker(stops_at=point)
    if point == BEFORE_THE_ANSWER:
        machine.wait_for(effect.count, what="the counterpart acts")
    else:
        machine.arrived()
    machine.kill(worker)
    machine.lose_broker()
    effect.operation.refresh_from_db()
    return effect.operation.state, effect.count()


@pytest.fixture
def begun(
    fake_stripe: FakeStripe,
    kept: Callable[..., PaymentMethod],
    whm: FakeCpanel,
    server: HostingServer,
) -> dict[str, Callable[[], Effect]]:
    """Begin an effect of each guarantee; its counterpart has not been asked yet."""
    return {
        "guarded": lambda: charge(fake_stripe, kept),
        "convergent": lambda: switch(whm, server),
    }


def test_a_worker_killed_anywhere_leaves_nothing_undone_and_takes_no_money_twice(
    machine: Machine, begun: dict[str, Callable[[], Effect]]
):
    effects = {(point, kind): begun[kind]() for point in POINTS for kind in begun}

    left = {at: dies_at(machine, effect, at[0]) for at, effect in effects.items()}

    assert left == {
        (BEFORE_THE_CALL, "guarded"): ("running", 0),
        (BEFORE_THE_CALL, "convergent"): ("running", 0),
        (BEFORE_THE_ANSWER, "guarded"): ("running", 1),
        (BEFORE_THE_ANSWER, "convergent"): ("running", 1),
        (BEFORE_THE_COMMIT, "guarded"): ("running", 1),
        (BEFORE_THE_COMMIT, "convergent"): ("running", 1),
        (AFTER_THE_COMMIT, "guarded"): ("succeeded", 1),
        (AFTER_THE_COMMIT, "convergent"): ("succeeded", 1),
    }
    machine.worker()
    machine.beat()
    machine.wait_until_done(left_open)
    assert gone_wrong() == []
    ends = {at: (effect.is_settled(), effect.count()) for at, effect in effects.items()}
    assert ends == dict.fromkeys(effects, (True, 1))
    asked = {kind: effects[BEFORE_THE_CALL, kind].requests() for kind in begun}
    assert asked == {"guarded": 4, "convergent": 4}, "what may have been sent is looked up first"
    assert list(ledger_differences()) == []


@pytest.mark.parametrize("kind", ["guarded", "convergent"])
def test_of_two_workers_at_one_row_one_asks(
    machine: Machine, begun: dict[str, Callable[[], Effect]], kind: str
):
    effect = begun[kind]()
    workers = {machine.worker(stops_before=RUN), machine.worker(stops_before=RUN)}
    machine.queue(effect.operation, times=4)
    assert {os.getpgid(number) for number in machine.arrived(4)} == workers

    machine.gate.is_open.set()
    machine.beat()  # for the mails that this is told by
    machine.wait_until_done(left_open)

    effect.operation.refresh_from_db()
    assert (effect.operation.state, effect.operation.attempt) == ("succeeded", 1)
    assert effect.is_settled()
    assert effect.requests() == 1
    assert gone_wrong() == []


def test_an_order_whose_worker_and_broker_die_is_finished_by_the_sweeps_alone(
    machine: Machine,
    tenant: Tenant,
    gateway: ProviderConnection,
    server: HostingServer,
    kept: Callable[..., PaymentMethod],
    fake_stripe: FakeStripe,
    whm: FakeCpanel,
):
    shop = open_shop(tenant, gateway=gateway, server=server)
    order = shop.ordered()
    payment = payment_start(
        actor=SYSTEM, document=order.proforma, payment_method=kept(shop.customer)
    )
    machine.beat()
    worker = machine.worker(stops_at=AFTER_THE_COMMIT, loses_messages=True)
    machine.arrived()
    machine.kill(worker)
    machine.lose_broker()

    machine.worker(loses_messages=True)
    machine.wait_until_done(left_open)

    order.refresh_from_db()
    assert gone_wrong() == []
    assert order.status == OrderStatus.COMPLETED
    assert set(Service.objects.values_list("status", flat=True)) == {"active"}
    assert Charge(fake_stripe, payment).count() == 1
    assert fake_stripe.calls("/v1/payment_intents") == 1
    assert (len(whm.state.made), len(whm.state.mailboxes_made)) == (1, 1)
    assert list(ledger_differences()) == []
