"""Laws of events: what is declared happens, and what is subscribed to is published."""

import ast

from ispplatform.core.events.registry import event_classes
from ispplatform.core.events.subscribing import subscribed_names
from tests.meta.source import dotted, name_of, product_files, tree_of


def constructed() -> set[str]:
    """Return the names of classes that product code calls, or hands on to be called.

    ``InvoicePaid(...)`` counts, and so does ``finish(account, AccountCreated)``; an import, an
    annotation and ``InvoicePaid.name`` do not.
    """
    found: set[str] = set()
    for path in product_files():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call):
                handed_on = [node.func, *node.args, *(word.value for word in node.keywords)]
            elif isinstance(node, ast.Dict):
                handed_on = node.values
            else:
                continue
            found |= {dotted(one).rpartition(".")[2] for one in handed_on if one is not None}
    return found


def own_events() -> dict[str, str]:
    """Return the product's events: name to the name of the class."""
    files = {name_of(path).removesuffix(".py").replace("/", ".") for path in product_files()}
    return {
        name: event_class.__name__
        for name, event_class in event_classes().items()
        if event_class.__module__ in files
    }


def test_every_event_is_constructed_by_product_code():
    made = constructed()
    assert {name: cls for name, cls in own_events().items() if cls not in made} == {}


def test_every_subscribed_event_is_constructed_by_product_code():
    made, own = constructed(), own_events()
    subscribed = {name: own.get(name, "") for name in subscribed_names()}
    assert {name: cls for name, cls in subscribed.items() if cls not in made} == {}


def test_no_two_events_share_the_name_of_a_class():
    """Otherwise the tests above would take one for the other."""
    names = sorted(own_events().values())
    assert sorted(set(names)) == names
