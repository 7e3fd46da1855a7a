"""Endings of domain names, as plans sell them."""

import re

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def tld_cleaned(value: str) -> str:
    """Return an ending in lower case, in its A-label form, without dots around it.

    Raises:
        ValueError: it is no ending of a domain name.
    """
    text = value.strip().strip(".").lower()
    try:
        ending = text.encode("idna").decode("ascii") if not text.isascii() else text
    except UnicodeError as exc:
        raise ValueError("This is no ending of a domain name.") from exc
    labels = ending.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise ValueError("Write an ending like de or co.uk.")
    return ending


def endings_of(name: str) -> list[str]:
    """Return every ending of a name that leaves at least one label before it, longest first."""
    labels = name.strip().rstrip(".").lower().split(".")
    return [".".join(labels[start:]) for start in range(1, len(labels))]
