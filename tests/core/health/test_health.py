"""Health, status, version, metrics."""

from unittest.mock import patch

import pytest
import time_machine
from django.test import Client

from ispplatform import __version__
from ispplatform.core import leases
from ispplatform.core.attention import attention_items_open
from ispplatform.core.clock import monotonic_seconds
from ispplatform.core.health import automation, probes
from ispplatform.core.leases import duties, duties_overdue, periodic_duty
from ispplatform.core.operations.watching import SWEEP, duties_watch


@pytest.fixture
def web(tenant, monkeypatch):
    monkeypatch.setattr(automation, "_begun", monotonic_seconds())  # no sweep ran in a test yet
    probes.forget_results()
    yield Client()
    probes.forget_results()


@pytest.mark.parametrize("path", ["/health", "/api/v1/health"])
def test_health_is_200_while_every_probe_is_well(web, path):
    response = web.get(path)
    assert response.status_code == 200
    data = response.json()["data"]
    assert data["status"] == "ok"
    assert {"name": "database", "status": "ok"} in data["checks"]
    assert "X-RateLimit-Limit" not in response.headers


def test_health_is_503_when_one_fails_and_does_not_say_why(web):
    with patch.dict(probes._probes, {"automation": lambda: "silent since 04:00 on host db-7"}):
        response = web.get("/api/v1/health")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    error = response.json()["error"]
    assert error["code"] == "SERVICE_UNAVAILABLE"
    assert {"name": "automation", "status": "failing"} in error["details"]["checks"]
    assert b"db-7" not in response.content


def test_a_probe_that_breaks_is_a_failure_not_a_crash(web):
    def broken() -> str:
        raise ConnectionError("password=x")

    with patch.dict(probes._probes, {"cache": broken}):
        assert web.get("/health").status_code == 503
        shown = web.get("/status").json()["data"]
    assert shown["status"] == "degraded"
    assert {"name": "cache", "status": "failing"} in shown["checks"]


def test_answers_are_remembered_for_a_moment(web):
    asked = []
    with patch.dict(probes._probes, {"counted": lambda: asked.append(1) or ""}):
        web.get("/health")
        web.get("/health")
    assert len(asked) == 1


def test_two_probes_of_one_name_are_a_programming_error():
    with pytest.raises(ValueError, match="database"):
        probes.register_probe("database", lambda: "")


def test_a_broker_that_is_away_is_told(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(OSError, match="refused"):
        probes.broker_probe()
    settings.CELERY_BROKER_URL = "memory://"
    assert probes.broker_probe() == ""


@pytest.mark.parametrize("path", ["/version", "/api/v1/version"])
def test_strangers_learn_the_version_and_no_more(web, path):
    data = web.get(path).json()["data"]
    assert data == {"name": "ISP Platform", "version": __version__, "api": ["v1"]}


def test_metrics_are_for_collectors(web, settings):
    own = web.get("/metrics")
    assert own.status_code == 200
    assert b"isp_http_requests_total" in own.content
    assert web.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 404
    assert web.get("/metrics", HTTP_X_FORWARDED_FOR="192.0.2.1").status_code == 404
    settings.METRICS_NETWORKS = ["192.0.2.0/24"]
    assert web.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 200
    assert web.get("/metrics").status_code == 404


def test_silent_automation_makes_health_fail(web, monkeypatch):
    monkeypatch.setattr(automation, "_begun", monotonic_seconds() - 61)
    assert automation.automation_probe() == "Automation has never run."
    with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False) as clock:
        with periodic_duty(SWEEP, every_seconds=10, hold_seconds=60) as is_mine:
            assert is_mine
        assert automation.automation_probe() == ""
        clock.shift(900)
        assert automation.automation_probe() == ""
        clock.shift(60)
        assert automation.automation_probe() == "Automation has been silent for 16 minutes."
        probes.forget_results()
        assert web.get("/health").status_code == 503


def test_a_process_that_just_started_is_not_blamed(tenant, monkeypatch):
    monkeypatch.setattr(automation, "_begun", monotonic_seconds())
    assert automation.automation_probe() == ""


def do_all_duties() -> None:
    for one in duties():
        with periodic_duty(one.name, every_seconds=0, hold_seconds=60):
            pass


def do_renewals_badly() -> None:
    with periodic_duty("billing.run_renewals", every_seconds=600, hold_seconds=60) as mine:
        assert mine
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("name", "red_after"),
    [
        ("billing.run_renewals", 1800),
        ("billing.follow_up_unpaid", 900),
        ("billing.mark_overdue", 1800),
        ("sales.sweep_unpaid_orders", 900),
        ("core.forget_old_events", 10_800),
    ],
)
def test_each_duty_is_watched_by_its_own_interval(web, monkeypatch, name, red_after):
    monkeypatch.setattr(leases, "_begun", monotonic_seconds() - 61)
    with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False) as clock:
        do_all_duties()
        clock.shift(red_after)
        assert name not in duties_overdue(grace_seconds=60)
        clock.shift(1)
        assert name in duties_overdue(grace_seconds=60)
        answer = web.get("/api/v1/health")
    assert answer.status_code == 503
    assert {"name": name, "status": "failing"} in answer.json()["error"]["details"]["checks"]


def test_a_duty_that_fails_every_time_is_not_done(tenant, monkeypatch):
    monkeypatch.setattr(leases, "_begun", monotonic_seconds() - 61)
    with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False) as clock:
        do_all_duties()
        clock.shift(1801)
        with pytest.raises(ZeroDivisionError):
            do_renewals_badly()
        overdue = duties_overdue(grace_seconds=60)
    assert overdue["billing.run_renewals"] == "It was not done for 30 minutes."


def test_a_silent_duty_is_told_once_and_closes_itself(tenant, monkeypatch):
    monkeypatch.setattr(leases, "_begun", monotonic_seconds() - 901)
    with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False) as clock:
        do_all_duties()
        assert duties_watch(tenant) == 0
        clock.shift(901)
        silent = duties_watch(tenant)
        duties_watch(tenant)
        shown = set(attention_items_open().values_list("subject_label", flat=True))
        assert attention_items_open().count() == silent == len(shown)
        assert "billing.follow_up_unpaid" in shown
        do_all_duties()
        assert duties_watch(tenant) == 0
    assert not attention_items_open().exists()
