"""Decisions are found by their number: each has one, and its heading says the same."""

import re
from collections import Counter

from tests.meta.source import ROOT

DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))


def test_no_two_decisions_have_one_number() -> None:
    numbers = Counter(path.name[:4] for path in DECISIONS)

    assert [number for number, count in numbers.items() if count > 1] == []


def test_a_decision_bears_its_number_in_its_heading() -> None:
    wrong = [
        path.name
        for path in DECISIONS
        if not re.match(rf"# {int(path.name[:4])}\. ", path.read_text())
    ]

    assert wrong == []
