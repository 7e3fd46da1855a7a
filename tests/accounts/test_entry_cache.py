"""Decisions from the shared cache, and without it."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as RedisDown

from accounts.models import Membership, Session
from accounts.selectors.entry_cache import cached_entry, entries_forget_on_commit, once_per
from accounts.selectors.principals import session_entry
from accounts.services.sessions import session_touch, sessions_refresh_permissions
from ispplatform.core.models import Tenant
from tests.accounts.people import colleague, staff_in


@pytest.fixture
def shared(settings: Any) -> None:
    settings.SHARED_DECISION_CACHE = True


def test_entry_is_read_once(shared: None) -> None:
    reads: list[int] = []

    for _ in range(3):
        assert cached_entry("thing", "a", lambda: reads.append(1) or "found") == "found"

    assert len(reads) == 1


def test_nothing_is_kept_where_processes_do_not_share_a_cache(settings: Any) -> None:
    settings.SHARED_DECISION_CACHE = False
    reads: list[int] = []

    for _ in range(3):
        cached_entry("thing", "a", lambda: reads.append(1) or "found")

    assert len(reads) == 3


def test_missing_entries_are_not_kept(shared: None) -> None:
    assert cached_entry("thing", "a", lambda: None) is None
    assert cached_entry("thing", "a", lambda: "now there") == "now there"


def test_reader_with_the_old_row_in_hand_cannot_put_it_back(
    shared: None, django_capture_on_commit_callbacks: Any, db: None
) -> None:
    def load_slowly() -> str:
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            entries_forget_on_commit("thing", ["a"])  # somebody changes the row meanwhile
        return "old"

    assert cached_entry("thing", "a", load_slowly) == "old"
    assert cached_entry("thing", "a", lambda: "new") == "new"


def test_rolled_back_change_forgets_nothing(shared: None, db: None) -> None:
    cached_entry("thing", "a", lambda: "kept")

    with transaction.atomic():
        entries_forget_on_commit("thing", ["a"])
        transaction.set_rollback(True)

    assert cached_entry("thing", "a", lambda: "read again") == "kept"


@pytest.mark.parametrize("fails", ["get", "add"])
def test_cache_that_is_down_means_reading_the_row(
    shared: None, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def down(*args: Any, **kwargs: Any) -> None:
        raise RedisDown

    monkeypatch.setattr(type(cache._connections[cache._alias]), fails, down)

    assert cached_entry("thing", "a", lambda: "from the table") == "from the table"
    assert cached_entry("thing", "a", lambda: None) is None


def test_without_the_cache_everything_is_the_first_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert once_per("thing", "a", seconds=60)
    assert not once_per("thing", "a", seconds=60)

    def down(*args: Any, **kwargs: Any) -> None:
        raise RedisDown

    monkeypatch.setattr(type(cache._connections[cache._alias]), "add", down)
    assert once_per("thing", "a", seconds=60)


def test_living_session_costs_no_query(tenant: Tenant, shared: None) -> None:
    entry = staff_in(tenant, colleague(tenant, "support"))
    session_entry(tenant_id=tenant.pk, session_id=entry.session_id)

    with CaptureQueriesContext(connection) as queries:
        again = session_entry(tenant_id=tenant.pk, session_id=entry.session_id)

    assert again is not None
    assert len(queries) == 0


def test_entry_of_another_company_is_nobody(
    tenant: Tenant, other_tenant: Tenant, shared: None
) -> None:
    entry = staff_in(tenant, colleague(tenant, "support"))
    session_entry(tenant_id=tenant.pk, session_id=entry.session_id)

    assert session_entry(tenant_id=other_tenant.pk, session_id=entry.session_id) is None


def test_use_is_written_down_once_a_minute(tenant: Tenant) -> None:
    entry = staff_in(tenant, colleague(tenant, "support"))
    before = Session.objects.get().last_seen_at

    session_touch(entry=entry)
    once = Session.objects.get().last_seen_at
    with CaptureQueriesContext(connection) as queries:
        session_touch(entry=entry)

    assert once > before
    assert len(queries) == 0


def test_permission_version_rises_with_every_change(tenant: Tenant) -> None:
    membership: Membership = colleague(tenant, "support")
    staff_in(tenant, membership)

    sessions_refresh_permissions(sessions=Session.objects.filter(membership=membership))

    assert Session.objects.get().permission_version == 2
