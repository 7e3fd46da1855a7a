"""No room holds two ideas: files under 500 lines, functions under 60."""

import ast

from tests.meta.source import house_files, name_of, product_files, tree_of

FILE_LINES = 500
FUNCTION_LINES = 60


def test_no_file_is_longer_than_500_lines():
    long = {
        name_of(path): lines
        for path in house_files()
        if (lines := len(path.read_text().splitlines())) > FILE_LINES
    }
    assert long == {}


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How long a function is without what it tells its callers."""
    assert function.end_lineno is not None
    first = function.body[0]
    told = 0
    if ast.get_docstring(function) is not None and first.end_lineno is not None:
        told = first.end_lineno - first.lineno + 1
    return function.end_lineno - function.lineno + 1 - told


def test_no_function_is_longer_than_60_lines():
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in product_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and code_lines(node) > FUNCTION_LINES
    ]
    assert long == []
