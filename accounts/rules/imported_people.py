"""What a row of a file of people has to be."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

COLUMNS = ("email", "first_name", "last_name", "roles")
REQUIRED = ("email",)
SYNONYMS: Mapping[str, str] = {
    "e_mail": "email",
    "mail": "email",
    "role": "roles",
    "firstname": "first_name",
    "lastname": "last_name",
    "vorname": "first_name",
    "nachname": "last_name",
}
LONGEST = {"email": 254, "first_name": 80, "last_name": 80}
MOST_ROLES = 20
_BETWEEN_ROLES = re.compile(r"[;,|\n]")


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRow:
    """A row as it is kept.

    Args:
        column: which column the problem is about.
        problem: why nobody can be invited by it; empty when somebody can.
    """

    line: int
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    roles: tuple[str, ...] = ()
    column: str = ""
    problem: str = ""


def person_row(line: int, values: Mapping[str, Any]) -> PersonRow:
    """Return what a row of a file says of a person, and what is wrong with it."""
    texts = {name: _one(values.get(name, "")) for name in LONGEST}
    cut = {name: text[: LONGEST[name]] for name, text in texts.items()}
    roles = tuple(dict.fromkeys(_roles(values.get("roles", ""))))
    column, problem = _problem(texts, roles)
    cut["email"] = cut["email"].lower()
    kept = tuple(role[:40] for role in roles[:MOST_ROLES])
    return PersonRow(line=line, **cut, roles=kept, column=column, problem=problem)


def _problem(texts: Mapping[str, str], roles: tuple[str, ...]) -> tuple[str, str]:
    if not texts["email"]:
        return "email", "There is no e-mail address."
    for name, most in LONGEST.items():
        if len(texts[name]) > most:
            return name, f"Use at most {most} characters."
    try:
        validate_email(texts["email"])
    except ValidationError:
        return "email", "This is no e-mail address."
    if not roles:
        return "roles", "There is no role."
    if len(roles) > MOST_ROLES:
        return "roles", f"Name at most {MOST_ROLES} roles."
    return "", ""


def _one(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)


def _roles(value: Any) -> Iterable[str]:
    parts = value if isinstance(value, list) else _BETWEEN_ROLES.split(str(value))
    return [part.strip() for part in parts if part.strip()]
