"""Operations that a provider has accepted and decides later: what is said of them."""

from datetime import timedelta

from ispplatform.core.clock import system_now
from ispplatform.core.errors import ProviderPending, ProviderUnavailable
from ispplatform.core.models import Operation, OperationState
from ispplatform.core.operations.decisions import operation_retry
from ispplatform.core.operations.selectors import operation_state_words, waiting_for
from ispplatform.core.pages.formats import datetime_text, format_locale
from ispplatform.core.pages.statuses import declared_statuses
from ispplatform.core.testing import run_until_quiet
from tests.core.operations.conftest import SYSTEM, LampKind, start
from tests.desk import Desk, text_of


def decides_later(key):
    raise ProviderPending("The works have it.", reference="works-7")


def is_down(key):
    raise ProviderUnavailable("Nobody answers.")


def accepted(connection, lamp, world) -> Operation:
    world.after_act = world.on_look_up = decides_later
    operation = start(connection, lamp)
    run_until_quiet()
    operation.refresh_from_db()
    return operation


def test_every_state_of_an_operation_has_its_words():
    words = {one.value: one for one in declared_statuses()["core.operation"]}
    assert set(words) == set(OperationState.values)
    assert str(words["accepted"].staff) == "Waiting for the provider"


def test_an_accepted_request_says_since_when_it_waits_and_when_it_is_asked_next(
    connection, lamp, world, clock
):
    operation = accepted(connection, lamp, world)
    since = operation.accepted_at
    assert since == system_now()
    clock.shift(timedelta(minutes=40))
    run_until_quiet()
    operation.refresh_from_db()

    assert operation.accepted_at == since
    first, again = (
        datetime_text(at, format_locale("en")) for at in (since, operation.next_attempt_at)
    )
    assert waiting_for(operation) == f"the works, since {first}, next look {again}"
    assert operation_state_words(operation) == "Waiting for the works"


def test_a_look_that_could_not_be_made_leaves_it_accepted(connection, lamp, world, clock):
    operation = accepted(connection, lamp, world)
    world.on_look_up = is_down
    clock.shift(timedelta(seconds=15))
    run_until_quiet()

    operation.refresh_from_db()
    assert operation.state == OperationState.ACCEPTED
    operation_retry(actor=SYSTEM, operation_id=operation.pk)
    operation.refresh_from_db()
    assert operation.state == OperationState.ACCEPTED
    assert LampKind.heard == [("accepted", "")]


def test_what_is_known_to_be_undone_is_accepted_no_longer(connection, lamp, world, clock):
    operation = accepted(connection, lamp, world)
    world.after_act = lambda key: None
    world.effects.clear()

    operation_retry(
        actor=SYSTEM, operation_id=operation.pk, is_known_undone=True, reason="They lost it."
    )
    run_until_quiet()

    operation.refresh_from_db()
    assert (operation.state, operation.accepted_at) == (OperationState.SUCCEEDED, None)


def test_staff_read_who_decides_in_the_list_and_on_the_page(connection, lamp, world, tenant):
    operation = accepted(connection, lamp, world)
    desk = Desk(tenant, "operator")

    listed = text_of(desk.get("admin:core_operation_changelist"))
    page = text_of(desk.get("admin:core_operation_change", operation.pk))

    assert "Waiting for the works" in listed
    assert "Outcome unknown" not in listed.split("<table")[1].split("</table>")[0]
    assert "Waiting for the works" in page
    assert "the works, since" in page
