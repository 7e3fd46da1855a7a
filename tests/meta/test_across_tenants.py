"""Every place that works across tenants is known by name."""

import ast

from tests.meta.source import dotted, name_of, product_files, tree_of

# file: how many places, and what for
KNOWN: dict[str, int] = {
    "accounts/selectors/users.py": 2,  # the companies of a colleague; where a person has log-ins
    "accounts/services/guards.py": 1,  # a person's devices are known in every company
    "accounts/services/logins.py": 1,  # a colleague's companies are found by the address
    "accounts/services/passkey_logins.py": 1,  # which companies a colleague may enter
    "accounts/services/sessions.py": 1,  # a new password or factor ends every log-in of the person
    "accounts/workflows/sweeps.py": 1,  # the sweep
    "billing/services/gateway_events.py": 1,  # a gateway names its connection only
    "billing/services/mirror.py": 1,  # another company's payments at the same account are left out
    "billing/workflows/payment_checks.py": 1,  # the sweep
    "demo/removal.py": 1,  # a person who belongs to another company stays
    "ispplatform/core/bulk/working.py": 1,  # the sweep
    "ispplatform/core/idempotency/tasks.py": 1,  # forgets old keys of every tenant
    "ispplatform/core/events/delivery.py": 1,  # the sweep
    "ispplatform/core/events/dispatch.py": 1,  # the sweep
    "ispplatform/core/operations/claiming.py": 1,  # the sweep
    "ispplatform/core/secrets.py": 1,  # a new key encrypts the secrets of all companies
}


def test_every_place_that_works_across_tenants_is_listed():
    found: dict[str, int] = {}
    for path in product_files():
        calls = sum(
            isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] == "across_tenants"
            for node in ast.walk(tree_of(path))
        )
        if calls:
            found[name_of(path)] = calls
    assert found == KNOWN
