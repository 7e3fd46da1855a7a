"""Every empty list of customers says what would be here and offers the one next step."""

import re

from tests.meta.source import name_of
from tests.meta.texts import is_for_staff, templates

EMPTY = re.compile(r"\{% empty_state .*?%\}(.*?)\{% endempty_state %\}", re.DOTALL)
BRANCH = re.compile(r"\{% (?:if|elif|else|endif)\b[^%]*%\}")
# Tables that are never without rows, or shown only with some.
NEVER_EMPTY = {"billing/invoice.html", "hosting/own_domain.html", "sales/names.html"}


def _states() -> list[tuple[str, str]]:
    return [
        (name_of(path), found.group(1))
        for path in templates()
        if not is_for_staff(path)
        for found in EMPTY.finditer(path.read_text())
    ]


def test_every_empty_list_offers_a_next_step() -> None:
    states = _states()
    assert len(states) >= 12
    assert [name for name, body in states if "<a " not in body] == []


def test_an_empty_list_offers_one_step_not_a_choice() -> None:
    for name, body in _states():
        outside = [part for part in BRANCH.split(body) if "<a " in part]
        assert all(part.count("<a ") == 1 for part in outside), name


def test_every_list_of_customers_knows_what_it_says_without_rows() -> None:
    silent = [
        name_of(path)
        for path in templates()
        if not is_for_staff(path) and "email" not in path.parts
        if "<tbody>{% for" in (text := path.read_text()).replace("\n", "")
        if "empty_state" not in text
        if name_of(path).removeprefix("templates/") not in NEVER_EMPTY
    ]
    assert silent == []
