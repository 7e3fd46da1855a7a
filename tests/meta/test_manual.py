"""The manuals name only what there is: buttons, pictures, commands, variables, settings, files."""

import ast
import inspect
import re
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands
from prometheus_client import values

from ispplatform.core.tenant_settings import declared_settings
from tests.meta.source import ROOT, dotted, house_files, name_of, product_files, tree_of
from tests.meta.texts import templates, texts_of

MANUAL = ROOT / "docs" / "manual"
PICTURES = MANUAL / "pictures"
PAGES = sorted(MANUAL.rglob("*.md"))
MOST_PICTURE_BYTES = 3_000_000
E2E = ROOT / "tests" / "e2e"

page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(MANUAL).as_posix())


@cache
def product_words() -> frozenset[str]:
    """Return every text that the product shows to somebody, one line each."""
    found = (texts_of(path) for path in (*templates(), *product_files()))
    return frozenset(" ".join(text.split()) for texts in found for _context, text in texts)


@cache
def variables() -> frozenset[str]:
    """Return every variable of the environment that our settings and programs read."""
    read = set()
    for path in product_files():
        if path.is_relative_to(ROOT / "ispplatform"):
            for node in ast.walk(tree_of(path)):
                if isinstance(node, ast.Call) and node.args and _reads(node):
                    name = node.args[0]
                    if isinstance(name, ast.Constant) and str(name.value).isupper():
                        read.add(str(name.value))
    return frozenset(read)


def _reads(call: ast.Call) -> bool:
    called = dotted(call.func)
    return called.startswith("env.") or called.endswith(
        ("environ.get", "environment.get", "outside.get")
    )


def code_of(path: Path) -> list[str]:
    """Return what a page sets as code: in backticks, and the lines of its blocks."""
    text = path.read_text()
    blocks = re.findall(r"```\w*\n(.*?)```", text, flags=re.DOTALL)
    rest = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return [
        *re.findall(r"`([^`\n]+)`", rest),
        *(line for one in blocks for line in one.split("\n")),
    ]


@page
def test_what_is_set_in_bold_type_stands_in_the_product(path: Path):
    named = set(re.findall(r"\*\*([^*\n]+)\*\*", path.read_text()))
    assert sorted(named - product_words()) == []


@page
def test_what_a_page_leads_to_is_there(path: Path):
    missing = []
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        file, _hash, heading = target.partition("#")
        other = (path.parent / file).resolve() if file else path
        if not other.exists() or (heading and heading not in headings_of(other)):
            missing.append(target)
    assert missing == []


def headings_of(path: Path) -> set[str]:
    """Return the headings of a page as links name them."""
    lines = re.findall(r"^#+ (.+)$", path.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in lines}


@page
def test_every_command_is_one(path: Path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    code = "\n".join(code_of(path))
    assert set(re.findall(r"\bmake ([a-z-]+)", code)) - targets == set()
    managed = set(re.findall(r"manage\.py ([a-z_]+)", code))
    managed |= set(re.findall(r'make manage ARGS="([a-z_]+)', code))
    assert managed - set(get_commands()) == set()


@page
def test_every_variable_is_read(path: Path):
    known = {
        *variables(),
        *re.findall(r"\$\((?:if \$\()?([A-Z_]+)\b", (ROOT / "Makefile").read_text()),
        *re.findall(r"\$\{([A-Z_]+)", (ROOT / "deploy/docker-compose.yml").read_text()),
        *re.findall(r"environ\[['\"]([A-Z_]+)", inspect.getsource(values)),
        *re.findall(r"['\"](PROMETHEUS_[A-Z_]+)['\"]", inspect.getsource(values)),
    }
    code = code_of(path)
    named = {word for word in code if re.fullmatch(r"[A-Z][A-Z_]{3,}", word)}
    named |= {name for line in code for name in re.findall(r"\b([A-Z][A-Z_]+)=", line)}
    assert sorted(named - known) == []


@page
def test_every_setting_and_file_is_there(path: Path):
    settings = {setting.key for setting in declared_settings()}
    apps = {key.partition(".")[0] for key in settings}
    files = {name.name.removesuffix(".service") for name in (ROOT / "deploy/systemd").iterdir()}
    for word in code_of(path):
        if re.fullmatch(rf"({'|'.join(apps)})\.[a-z_]+", word):
            assert word in settings
        for file in re.findall(r"\bdeploy/[\w./-]*\w", word):
            assert (ROOT / file).exists() or file == "deploy/.env", file
        for unit in re.findall(r"\bisp-(?:web|worker|beat|watch|backup)[\w@.-]*", word):
            assert re.sub(r"@\d+", "@", unit).removesuffix(".service") in files, unit


def test_the_manual_names_every_variable_that_is_read():
    named = set(re.findall(r"`([A-Z][A-Z_]+)`", (MANUAL / "operator/settings.md").read_text()))
    of_make_run = {"PORT", "BIND", "SITE_ADDRESS"}
    assert sorted(variables() - named - of_make_run) == []


def test_the_pictures_that_are_shown_are_those_that_the_suite_takes():
    shown = {
        name for path in PAGES for name in re.findall(r"pictures/([\w-]+)\.png", path.read_text())
    }
    taken = [
        str(node.args[1].value)
        for path in house_files()
        if path.is_relative_to(E2E)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and dotted(node.func) == "take" and len(node.args) > 1
        if isinstance(node.args[1], ast.Constant)
    ]
    assert sorted(set(taken)) == sorted(taken), "two moments have one name"
    assert set(taken) == shown
    assert {path.stem for path in PICTURES.glob("*.png")} == shown
    assert {path.stem for path in PICTURES.glob("*.txt")} == shown


def test_the_pictures_stay_small():
    sizes = {name_of(path): path.stat().st_size for path in PICTURES.glob("*.png")}
    assert sum(sizes.values()) < MOST_PICTURE_BYTES, sizes
