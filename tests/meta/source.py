"""The house's own source, parsed once, for the laws that tests hold it to."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_OURS = {".venv", ".cache", ".git", "var", "node_modules"}


@cache
def house_files() -> tuple[Path, ...]:
    """Return every Python file that is written by hand: no migrations."""
    return tuple(
        path
        for path in sorted(ROOT.rglob("*.py"))
        if not NOT_OURS & set(path.relative_to(ROOT).parts) and "migrations" not in path.parts
    )


@cache
def product_files() -> tuple[Path, ...]:
    """Return every Python file of the product: no tests, no migrations."""
    return tuple(path for path in house_files() if path.relative_to(ROOT).parts[0] != "tests")


@cache
def tree_of(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text())


def name_of(path: Path) -> str:
    """Return the path as the repository knows it."""
    return path.relative_to(ROOT).as_posix()


def dotted(node: ast.expr) -> str:
    """Return ``a.b.c`` for an attribute chain, else an empty string."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        return ".".join([node.id, *reversed(parts)])
    return ""
