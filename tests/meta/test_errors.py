"""Every error code is documented; one code never means two statuses."""

import re

from ispplatform.core.errors import PlatformError
from tests.meta.source import ROOT


def every_error(base: type[PlatformError] = PlatformError) -> set[type[PlatformError]]:
    return {base}.union(*(every_error(sub) for sub in base.__subclasses__()))


def product_errors() -> set[type[PlatformError]]:
    return {error for error in every_error() if not error.__module__.startswith("tests")}


def test_every_code_stands_in_the_documentation():
    documented = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "docs/errors.md").read_text()))
    assert {error.code for error in product_errors()} - documented == set()


def test_a_code_has_one_http_status():
    statuses: dict[str, set[int]] = {}
    for error in product_errors():
        statuses.setdefault(error.code, set()).add(error.http_status)
    assert {code: found for code, found in statuses.items() if len(found) > 1} == {}


def test_codes_are_upper_case():
    assert [e.code for e in product_errors() if not re.fullmatch(r"[A-Z][A-Z0-9_]+", e.code)] == []
