"""Who asks at the doors with a name learns nothing of it: not by the answer, not by its time.

Time is told by what was done for the answer: the statements that were made, in their order, and how
often a password was hashed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.hashers import PasswordHasher
from accounts.models import Role, User
from accounts.services.roles import tenant_roles_seed
from ispplatform.core.models import Tenant
from tests.factories.accounts import MembershipFactory, PortalAccountFactory, UserFactory
from tests.meta.costs import one_moment
from tests.meta.statements import statements
from tests.meta.test_others_rows import UUID, VARYING, limits_away

__all__ = ["limits_away"]
WRONG = "Wrong-Password-1"
NOBODY = "nobody@mail.example"
WARMING = 2  # after so many requests the cache keeps all that it will keep
STRONG = "Tidal-lantern-58-crossing"

# Each door with what is sent to it for a name.
LOG_INS = {
    "/api/v1/auth/login": {"email": "NAME", "password": WRONG},
    "/api/portal/v1/auth/login": {"email": "NAME", "password": WRONG},
    "/login": {"name": "NAME", "password": WRONG},
    "/admin/login/": {"name": "NAME", "password": WRONG},
}
RESETS = {
    "/api/v1/auth/password/forgot": {"email": "NAME"},
    "/api/portal/v1/auth/password/forgot": {"email": "NAME"},
    "/forgot-password": {"name": "NAME"},
    "/admin/forgot-password/": {"name": "NAME"},
}


@dataclass(frozen=True)
class Told:
    """What somebody can tell from an answer and from its time."""

    status: int
    body: bytes
    statements: tuple[str, ...]
    hashes: int

    def apart_from(self, other: "Told") -> str:
        """Return what is not the same."""
        pairs = [(self.status, other.status), (self.body, other.body), (self.hashes, other.hashes)]
        pairs += list(zip_longest(self.statements, other.statements))
        one, another = next((str(one), str(other)) for one, other in pairs if one != other)
        differ = (a != b for a, b in zip_longest(one, another))
        begin = max(0, list(differ).index(True) - 40)
        return f"{one[begin:][:200]!r} not {another[begin:][:200]!r}"


@pytest.fixture
def people(tenant: Tenant, limits_away: None) -> Iterator[dict[str, str]]:
    """Yield the addresses of a colleague, a customer, an operator and somebody of no company."""
    tenant_roles_seed(tenant)
    support = list(Role.objects.filter(code="support"))
    known = {
        "colleague": MembershipFactory(roles=support).user.email,
        "customer": PortalAccountFactory().user.email,
        "operator": UserFactory(is_superuser=True).email,
        "stranger": UserFactory().email,
        "locked out": UserFactory(is_active=False).email,
    }
    with one_moment():
        yield known


@contextmanager
def hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Count how often argon2 runs in the ``with`` block."""
    counted: list[str] = []
    with monkeypatch.context() as patch:
        for name in ("encode", "verify"):
            original = getattr(PasswordHasher, name)

            def counting(self: Any, *args: Any, _original: Any = original, **more: Any) -> Any:
                counted.append("hash")
                return _original(self, *args, **more)

            patch.setattr(PasswordHasher, name, counting)
        yield counted


def told(monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, str], name: str) -> Told:
    """Ask a door with a name; nothing of it stays."""
    given = {key: value.replace("NAME", name) for key, value in body.items()}
    kind = {"content_type": "application/json"} if path.startswith("/api/") else {}
    with (
        transaction.atomic(),
        hashes(monkeypatch) as counted,
        statements() as noted,
    ):
        answer = Client().post(path, given, **kind)
        transaction.set_rollback(True)
    text = UUID.sub(b"ID", answer.content).replace(name.encode(), b"NAME")
    for pattern in VARYING:
        text = pattern.sub(b"", text)
    return Told(answer.status_code, text, tuple(noted), len(counted))


def differences(
    monkeypatch: pytest.MonkeyPatch, doors: dict[str, dict[str, str]], people: dict[str, str]
) -> list[str]:
    """Return a sentence for each door that tells somebody from nobody."""
    found = []
    for path, body in doors.items():
        for _ in range(WARMING):
            told(monkeypatch, path, body, NOBODY)
        nobodys = told(monkeypatch, path, body, NOBODY)
        assert nobodys.status not in {404, 405, 429, 500}, (path, nobodys.status)
        for who, name in people.items():
            answer = told(monkeypatch, path, body, name)
            if answer != nobodys:
                found.append(f"{path} {who}: {answer.apart_from(nobodys)}")
    return found


def test_log_ins_tell_nobody_who_is_known(
    monkeypatch: pytest.MonkeyPatch, people: dict[str, str]
) -> None:
    found = differences(monkeypatch, LOG_INS, people)

    assert not found, "\n".join(["", *found])
    for path, body in LOG_INS.items():
        assert told(monkeypatch, path, body, NOBODY).hashes == 1


def test_forgotten_passwords_tell_nobody_who_is_known(
    monkeypatch: pytest.MonkeyPatch, people: dict[str, str]
) -> None:
    found = differences(monkeypatch, RESETS, people)

    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize("path", ["/api/portal/v1/auth/register", "/sign-up"])
def test_a_sign_up_answers_the_same_after_one_hash_whoever_is_known(
    monkeypatch: pytest.MonkeyPatch, people: dict[str, str], path: str
) -> None:
    """What it writes is not the same: a new person needs rows that a known one has."""
    body = {
        "email": "NAME",
        "password": STRONG,
        "first_name": "Ada",
        "last_name": "Example",
        "country": "DE",
    }
    nobodys = told(monkeypatch, path, body, NOBODY)
    assert nobodys.hashes == 1
    assert nobodys.status in {202, 302}
    for who, name in people.items():
        answer = told(monkeypatch, path, body, name)
        assert (answer.status, answer.body, answer.hashes) == (
            nobodys.status,
            nobodys.body,
            nobodys.hashes,
        ), who
    assert not User.objects.filter(email=NOBODY).exists()
