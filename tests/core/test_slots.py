"""Slots hold what higher apps add, in order, each thing once."""

import pytest

from ispplatform.core.slots import Slot


def words() -> Slot[str]:
    return Slot("test.words", key=lambda word: word)


def test_lower_order_stands_first_and_equal_order_keeps_the_order_of_filling() -> None:
    slot = words()
    slot.fill("last", order=200)
    slot.fill("second")
    slot.fill("third")
    slot.fill("first", order=10)
    assert slot.items() == ["first", "second", "third", "last"]


def test_the_same_key_twice_is_refused_and_changes_nothing() -> None:
    slot = words()
    slot.fill("once")
    with pytest.raises(ValueError, match=r"test\.words is filled twice with 'once'"):
        slot.fill("once")
    assert slot.items() == ["once"]


def test_an_item_is_found_by_its_key() -> None:
    slot = words()
    slot.fill("here")
    assert slot.get("here") == "here"
    assert slot.get("gone") is None


def test_what_is_filled_for_a_while_is_gone_afterwards_even_after_an_error() -> None:
    slot = words()
    slot.fill("stays")
    with slot.filled("goes"):
        assert slot.items() == ["stays", "goes"]
    assert slot.items() == ["stays"]
    with pytest.raises(ValueError, match="twice"), slot.filled("goes", "stays"):
        slot.fill("never reached")
    assert slot.items() == ["stays"]
