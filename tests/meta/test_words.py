"""What no line of the product may hold."""

import re

import pytest

from tests.meta.source import name_of, product_files

FORBIDDEN = {
    "work called done that is not": r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError",
    "every exception swallowed": r"except( Exception)?:\s*pass",
    "a shelf for anything": r"^(utils|helpers|common|misc)\.py$",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_line_holds(what):
    pattern = re.compile(FORBIDDEN[what], re.MULTILINE)
    found = [
        name_of(path)
        for path in product_files()
        if pattern.search(path.name) or pattern.search(path.read_text())
    ]
    assert found == []
