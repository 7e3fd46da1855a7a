"""Every refusal says what it means and what to do, in both languages, from one home."""

import ast

from django.core.management import get_commands, load_command_class
from django.utils import translation

from ispplatform.core.errors import PlatformError
from tests.meta.source import name_of, product_files, tree_of

HOME = "ispplatform/core/pages/refusals.py"
# Doors of customers that read an error's sentence for other eyes than theirs.
NOT_SHOWN = {"billing/portal/card_forms.py"}  # for the log; the customer reads another error
# Refusals about a log-in: no money and no order is near.
WITHOUT_MONEY = {"accounts"}
MONEY = ("charged", "paid", "payment", "twice", "carried out")


def _kinds() -> list[type[PlatformError]]:
    load_command_class(get_commands()["document_errors"], "document_errors")
    found, waiting = [], [PlatformError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return [kind for kind in found if not kind.__module__.startswith("tests.")]


def test_every_error_says_what_it_means_and_what_to_do_in_both_languages() -> None:
    kinds = _kinds()
    assert len(kinds) > 100
    english = {text for kind in kinds for text in (kind.meaning, kind.next_step)}
    assert "" not in english
    with translation.override("de"):
        same = sorted(text for text in english if translation.gettext(text) == text)
    assert same == []


def test_errors_near_an_order_say_what_became_of_the_money() -> None:
    silent = sorted(
        kind.__name__
        for kind in _kinds()
        if kind.__module__.partition(".")[0] in {"billing", "catalog", "sales"}
        and not any(word in kind.meaning for word in MONEY)
    )
    assert silent == ["CommitmentRuns"]  # a contract goes on: nothing is due for it


def test_pages_of_customers_tell_refusals_from_the_one_home() -> None:
    shown = [
        f"{name_of(path)}:{node.lineno}"
        for path in product_files()
        if "portal" in path.parts and not path.name.startswith("staff")
        if name_of(path) not in NOT_SHOWN
        for node in ast.walk(tree_of(path))
        if _shows_a_sentence(node)
    ]
    assert shown == [], "use refuse_form, tell_refusal or refusal_of"


def _shows_a_sentence(node: ast.AST) -> bool:
    """Tell whether ``error.message`` goes anywhere but into a 404, whose page has its own words."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name) and node.func.id == "Http404":
        return False
    return any(
        isinstance(value, ast.Attribute)
        and value.attr == "message"
        and isinstance(value.value, ast.Name)
        and value.value.id in {"error", "exc", "refusal"}
        for value in [*node.args, *(keyword.value for keyword in node.keywords)]
    )
