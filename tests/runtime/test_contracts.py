"""The import contracts and the linters know every app of the tree."""

import tomllib
from pathlib import Path

from django.conf import settings

BASE_DIR = Path(settings.BASE_DIR)
PROJECT = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["tool"]


def _packages() -> set[str]:
    found = {path.parent.name for path in BASE_DIR.glob("*/__init__.py")}
    return found - {"tests"}


def test_every_app_stands_under_the_import_contracts():
    linter = PROJECT["importlinter"]
    contracts = {contract["id"]: contract for contract in linter["contracts"]}
    floors = " | ".join(contracts["floors"]["layers"])
    on_a_floor = {name.strip(" ()") for name in floors.split("|")}

    assert set(linter["root_packages"]) == _packages()
    assert set(contracts["rooms"]["containers"]) == _packages() - {"ispplatform"}
    assert _packages() - {"ispplatform"} <= on_a_floor


def test_every_app_is_sorted_among_our_own_imports():
    own = set(PROJECT["ruff"]["lint"]["isort"]["known-first-party"])

    assert _packages() <= own
