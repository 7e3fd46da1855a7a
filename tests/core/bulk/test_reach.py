"""What is begun with a token or a key goes no farther in the background than these reach."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from accounts.models import Membership, Session
from accounts.services.integrations import integration_end
from ispplatform.core.actors import Actor
from ispplatform.core.bulk import BULK_ACTS
from ispplatform.core.bulk.services import bulk_go_on, bulk_start
from ispplatform.core.models import AuditEntry, BulkRow, BulkRun, Tenant
from tests.accounts.oauth import agreed, browser_of, exchanged
from tests.accounts.people import Program
from tests.callers import key_caller
from tests.core.bulk.conftest import actor_of, worked
from tests.factories.accounts import OAuthClientFactory
from tests.factories.customers import CustomerFactory

TAG = "customers.tag_add"
SCOPES = ["bulk_runs:read", "customers:read", "customers:update"]
LACKS = "This token lacks the scope invoices:void."
NEEDS = "This needs the permission invoices:void."


@contextmanager
def asking_for_more() -> Iterator[None]:
    """The service behind a row asks for another permission than the act does."""
    act = BULK_ACTS.get(TAG)
    assert act is not None

    def run(actor: Actor, row: Any, terms: Any) -> Any:
        actor.require("invoices:void")
        return act.run(actor, row, terms)

    before = BULK_ACTS._items[TAG]
    BULK_ACTS._items[TAG] = (before[0], replace(act, run=run))
    try:
        yield
    finally:
        BULK_ACTS._items[TAG] = before


@pytest.fixture
def token(tenant: Tenant, boss: Membership) -> Program:
    """A program that somebody who may do everything lets change customers."""
    client = OAuthClientFactory(scopes=SCOPES)
    tokens = exchanged(client, agreed(browser_of(boss), client)["code"]).json()
    return Program(tokens["access_token"])


def begun(answer: Any) -> BulkRun:
    assert answer.status_code == 202, answer.content
    return BulkRun.objects.get(pk=answer.json()["data"]["id"])


def tagging() -> dict[str, Any]:
    return {"ids": [str(CustomerFactory().pk)], "tags": ["VIP"]}


def told(run: BulkRun) -> list[tuple[str, str]]:
    return list(BulkRow.objects.filter(run=run).values_list("state", "sentence"))


def test_what_a_token_began_keeps_to_its_scopes_in_the_background(token) -> None:
    run = begun(token("POST", "customers/bulk/tag", tagging()))
    with asking_for_more():
        worked(run)
    assert told(run) == [("refused", LACKS)]

    again = begun(token("POST", "customers/bulk/tag", tagging()))
    worked(again)
    assert told(again) == [("done", "")]


def test_undoing_through_a_token_keeps_to_its_scopes(token) -> None:
    run = begun(token("POST", "customers/bulk/tag", tagging()))
    worked(run)
    undoing = begun(token("POST", f"bulk-runs/{run.pk}/undo", {"reason": "wrong list"}))
    assert undoing.actor_permissions == SCOPES


def test_the_trail_names_the_program_that_acted_for_the_colleague(token, boss) -> None:
    run = worked(begun(token("POST", "customers/bulk/tag", tagging())))
    entry = AuditEntry.objects.filter(act="customers.customer_update").latest("pk")
    assert entry.values.actor_label == run.actor_label
    assert run.actor_label.startswith(f"{boss.user.email} (")


def test_a_token_for_one_act_reaches_no_farther_than_that_act(boss) -> None:
    narrow = actor_of(boss, "customers:update")  # as such a token is read
    act = BULK_ACTS.get(TAG)
    assert act is not None
    ids = [CustomerFactory().pk]
    run = bulk_start(actor=narrow, act=act, ids=ids, values={"tags": ["VIP"]})
    with asking_for_more():
        worked(run)
    assert told(run) == [("refused", NEEDS)]


def test_what_a_key_began_keeps_to_the_scopes_of_the_key(tenant) -> None:
    answer = key_caller(tenant, "customers:*", "bulk_runs:read")(
        "POST", "customers/bulk/tag", tagging()
    )
    assert answer.status == 202
    run = BulkRun.objects.get(pk=answer.data["id"])
    with asking_for_more():
        worked(run)
    assert told(run) == [("refused", NEEDS)]


def test_a_colleague_who_lets_it_go_on_does_so_with_rights_of_their_own(token, clerk) -> None:
    run = begun(token("POST", "customers/bulk/tag", tagging()))
    Session.objects.filter(client__isnull=False).update(ended_at=run.created_at)
    worked(run)
    assert run.state == "stopped", "the person took the program's trust back"
    assert "may not do this any more" in run.trouble

    bulk_go_on(actor=clerk, run_id=run.pk)
    with asking_for_more():
        worked(run)
    assert told(run) == [("done", "")]
    assert run.actor_client_id == ""


def test_what_an_ended_program_began_stops(token) -> None:
    run = begun(token("POST", "customers/bulk/tag", tagging()))
    client = Session.objects.get(client__isnull=False).client
    integration_end(
        actor=Actor.system("tests"), integration_id=client.integration_id, reason="leaked"
    )
    worked(run)
    assert (run.state, told(run)) == ("stopped", [("planned", "")])


def test_rights_gained_since_do_not_count(boss, failed) -> None:
    narrow = actor_of(boss, "customers:update", "bulk_runs:read")
    assert narrow.within(["customers:*", "invoices:void"]).permissions == {"customers:update"}
    assert narrow.within(["*"]) == narrow
    assert actor_of(boss, "*").within(SCOPES).permissions == set(SCOPES)
    assert actor_of(boss, "customers:*").within(["customers:read"]).permissions == {
        "customers:read"
    }


def test_what_was_begun_before_reaches_were_kept_asks_for_a_person(token, clerk) -> None:
    run = begun(token("POST", "customers/bulk/tag", tagging()))
    BulkRun.objects.filter(pk=run.pk).update(actor_permissions=[], actor_client_id="")
    worked(run)
    assert run.state == "stopped"
