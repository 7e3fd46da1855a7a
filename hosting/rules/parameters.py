"""What a plan must tell so that hosting or a mailbox can be set up."""

from collections.abc import Mapping
from typing import Any

WHOLE_NUMBERS = ("mailboxes", "mailbox_mb", "disk_mb")


def parameters_problem(parameters: Mapping[str, Any]) -> str:
    """Return what is wrong with a plan's parameters; empty when it can be sold."""
    package = parameters.get("package")
    if not isinstance(package, str) or not package.strip():
        return "Name the panel's package: package."
    for name in WHOLE_NUMBERS:
        value = parameters.get(name)
        if value is not None and (type(value) is not int or value < 0):
            return f"{name} is a whole number."
    return ""
