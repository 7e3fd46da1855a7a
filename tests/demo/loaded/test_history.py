"""The demo company's own past: forward only, in one process, and nobody else's tool."""

import ast
from datetime import UTC, datetime, timedelta

import pytest

from demo.molds import Casting
from demo.people import People, slug
from ispplatform.core.clock import business_now, system_now, writing_history
from ispplatform.core.events import subscribe, subscribing
from ispplatform.core.events.subscribing import subscribers_muted, subscriptions_to
from ispplatform.core.ids import uuid7
from ispplatform.core.models import Tenant
from tests.meta.source import dotted, name_of, product_files, tree_of

THEN = datetime(2024, 5, 1, 12, tzinfo=UTC)


def test_both_clocks_live_in_the_past_and_go_on_from_there():
    tenant = Tenant(time_zone="UTC")
    with writing_history() as go_to:
        go_to(THEN)
        assert THEN <= system_now() < THEN + timedelta(seconds=5)
        assert THEN <= business_now(tenant) < THEN + timedelta(seconds=5)
        go_to(THEN + timedelta(days=3))
        assert system_now() >= THEN + timedelta(days=3)
    assert system_now() > datetime(2026, 1, 1, tzinfo=UTC)


def test_history_goes_forward_and_ends_with_the_present():
    with writing_history() as go_to:
        go_to(THEN)
        with pytest.raises(ValueError, match="History goes forward"):
            go_to(THEN - timedelta(seconds=1))
        go_to(datetime(2999, 1, 1, tzinfo=UTC))
        assert system_now() < datetime(2999, 1, 1, tzinfo=UTC)


def test_a_time_that_is_reached_already_takes_nothing_back():
    with writing_history() as go_to:
        go_to(THEN)
        first = system_now()
        go_to(THEN)
        assert system_now() >= first


def test_only_the_demo_company_writes_history():
    callers = {
        name_of(path).partition("/")[0]
        for path in product_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and dotted(node.func).split(".")[-1] in {"writing_history", "subscribers_muted"}
    }
    assert callers == {"demo"}


def test_muted_subscribers_hear_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(subscribing, "_subscriptions", {})
    for name in ("mails.send", "stock.count"):
        subscribe("shop.sold", name, lambda event: None)
    with subscribers_muted("mails"):
        assert [one.subscriber for one in subscriptions_to("shop.sold")] == ["stock.count"]
    assert [one.subscriber for one in subscriptions_to("shop.sold")] == [
        "mails.send",
        "stock.count",
    ]


def test_the_same_seed_gives_the_same_people():
    first, second, third = People(3), People(3), People(4)
    drawn = [(one.person(), one.domain()) for one in (first, second, third)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_nobody_is_drawn_twice():
    people = People(5)
    names = [people.domain() for _ in range(300)]
    emails = [people.person().email for _ in range(300)]
    assert len(set(names)) == len(set(emails)) == 300


def test_names_become_letters_of_a_host():
    assert slug("Café Schäfer & Söhne, Straße") == "cafe-schafer-sohne-strasse"


def test_a_casting_replaces_words_ids_and_random_references():
    old, new, stranger = uuid7(), uuid7(), uuid7()
    casting = Casting(words={"Anna": "Berta", "Annaberg": "Bertaberg"}, ids={old: new})
    assert casting.text(f"Anna of Annaberg, {old}") == f"Berta of Bertaberg, {new}"
    assert casting.text(str(stranger)) == str(stranger)
    assert casting.text(str(stranger), is_key=True) != str(stranger)
    reference = "sbx_ch_0123456789abcdef"
    cast = casting.text(reference)
    assert cast.startswith("sbx_ch_")
    assert cast != reference
    assert casting.text(reference) == cast
    assert casting.value({"a": ["Anna", 3, None]}) == {"a": ["Berta", 3, None]}
