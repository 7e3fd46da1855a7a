"""Limits by principal, and what happens without the shared cache."""

import logging
from unittest.mock import patch

import pytest
import time_machine

from ispplatform.core.api import limits
from ispplatform.core.api.limits import Limit, count_request, limit_of
from ispplatform.core.models import Tenant, TenantMode
from ispplatform.core.tenancy.lookup import forget_tenant_on_commit
from tests.core.api.conftest import Caller

NOON = "2026-03-01 12:00:10+00:00"
NEXT_WINDOW = 1772366460  # 12:01:00 UTC


@pytest.fixture(autouse=True)
def clock():
    """Let time stand still: a minute that ends between two requests begins the count anew."""
    with time_machine.travel(NOON, tick=False) as standing:
        yield standing


@pytest.fixture
def live(tenant, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        Tenant.objects.filter(pk=tenant.pk).update(mode=TenantMode.LIVE)
        forget_tenant_on_commit(tenant)
    return tenant


@pytest.mark.parametrize(
    ("name", "path", "limit"),
    [
        ("reader", "permits", 1000),
        ("key", "permits", 100),
        ("customer", "entries", 100),
        (None, "permits", 60),
        ("reader", "permits/find", 30),
    ],
)
def test_every_answer_tells_the_limit_of_its_principal(live, name, path, limit):
    headers = Caller(name)("GET", path).headers
    assert headers["X-RateLimit-Limit"] == str(limit)
    assert headers["X-RateLimit-Remaining"] == str(limit - 1)
    assert headers["X-RateLimit-Reset"] == str(NEXT_WINDOW)


def test_a_sandbox_has_ten_times_as_much(reader):
    assert reader("GET", "permits").headers["X-RateLimit-Limit"] == "10000"


def test_above_the_limit_is_429_until_the_window_ends(live, settings, clock):
    settings.API_LIMITS = {**settings.API_LIMITS, "user": "2/minute"}
    reader = Caller("reader")
    assert [reader("GET", "permits").status_code for _ in range(3)] == [200, 200, 429]
    refused = reader("GET", "permits")
    assert refused.headers["Retry-After"] == "50"
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    error = refused.json()["error"]
    assert error["code"] == "RATE_LIMIT_EXCEEDED"
    assert error["details"]["limit"] == 2
    assert error["details"]["reset_time"] == "2026-03-01T12:01:00Z"
    assert Caller("writer")("GET", "permits").status_code == 200
    clock.move_to("2026-03-01 12:01:00+00:00")
    assert reader("GET", "permits").status_code == 200


def test_wrong_credentials_count_against_the_address(live, settings):
    settings.API_LIMITS = {**settings.API_LIMITS, "anonymous": "2/minute"}
    guess = Caller("nobody")
    assert [guess("GET", "permits").status_code for _ in range(3)] == [401, 401, 429]


def test_addresses_of_one_ipv6_line_are_one(live, settings):
    settings.API_LIMITS = {**settings.API_LIMITS, "anonymous": "1/minute"}
    anyone = Caller(None)
    statuses = [
        anyone.client.get("/api/test/permits", REMOTE_ADDR=address).status_code
        for address in ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", "2001:db8:1:2::1")
    ]
    assert statuses == [401, 429, 401]


def test_forwarded_addresses_count_only_from_declared_proxies(live, settings):
    settings.API_LIMITS = {**settings.API_LIMITS, "anonymous": "1/minute"}
    anyone = Caller(None)

    def status(forwarded: str) -> int:
        return anyone("GET", "permits", X_Forwarded_For=forwarded).status_code

    assert [status("198.51.100.1"), status("198.51.100.2")] == [401, 429]
    settings.TRUSTED_PROXY_COUNT = 1
    assert [status("203.0.113.9, 198.51.100.1"), status("203.0.113.9, 198.51.100.2")] == [401, 401]
    assert status("198.51.100.7, 198.51.100.1") == 429


def test_without_the_shared_cache_each_process_counts(caplog):
    limits._complained_at[0] = float("-inf")
    limits._own_counters.clear()
    with (
        patch.object(limits.cache, "incr", side_effect=ConnectionError("refused")),
        caplog.at_level(logging.ERROR),
    ):
        verdicts = [count_request("user", "x", Limit(2, 60)).allowed for _ in range(3)]
    assert verdicts == [True, True, False]
    assert [record.message for record in caplog.records] == [
        "The shared cache is out of reach: limits count per process."
    ]


@pytest.mark.parametrize("text", ["100", "0/minute", "1/fortnight", ""])
def test_a_limit_of_another_form_is_a_programming_error(settings, text):
    settings.API_LIMITS = {"user": text}
    with pytest.raises(ValueError, match="100/minute"):
        limit_of("user", is_sandbox=False)
