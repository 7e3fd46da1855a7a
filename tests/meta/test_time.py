"""Only ``core/clock`` reads the time (and ``core/ids``, to order identifiers)."""

import ast

from tests.meta.source import dotted, name_of, product_files, tree_of

READERS = {"ispplatform/core/clock.py", "ispplatform/core/ids.py"}
SUPERVISOR = "ispplatform/run/"  # waits for processes, with no Django and no tenant
FORBIDDEN = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "datetime.datetime.now",
    "date.today",
    "datetime.date.today",
    "timezone.now",
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.perf_counter",
    "Now",
}
READS_WITHOUT_ARGUMENT = {"timezone.localtime", "timezone.localdate", "localtime", "localdate"}


def reads_time(call: ast.Call) -> bool:
    name = dotted(call.func)
    return name in FORBIDDEN or (name in READS_WITHOUT_ARGUMENT and not call.args)


def test_no_other_module_reads_the_time():
    found = [
        f"{name_of(path)}:{node.lineno} {dotted(node.func)}"
        for path in product_files()
        if name_of(path) not in READERS and not name_of(path).startswith(SUPERVISOR)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and reads_time(node)
    ]
    assert found == []
