"""The edge of a request: its id, its log line, its metrics, errors from outside the views."""

import logging
from uuid import UUID

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from prometheus_client import REGISTRY

from ispplatform.core.api.database_trouble import is_passing
from ispplatform.core.middleware.addresses import address_group, normal_address
from ispplatform.core.middleware.api_errors import ApiErrorMiddleware
from ispplatform.core.middleware.requests import _level
from ispplatform.core.request_ids import current_request_id

SECRET = "s3cret-value"


def test_the_clients_request_id_is_kept_when_it_is_safe(reader):
    response = reader("GET", "permits", X_Request_ID="req_abc-123.X:1")
    assert response.headers["X-Request-ID"] == "req_abc-123.X:1"
    assert response.json()["request_id"] == "req_abc-123.X:1"
    assert current_request_id() == ""


@pytest.mark.parametrize("offered", ["", "a b", "x" * 129, 'a"b', "é", "a\\nb"])
def test_other_request_ids_are_replaced(reader, offered):
    given = reader("GET", "permits", X_Request_ID=offered).headers["X-Request-ID"]
    assert UUID(given).version == 7


def test_one_access_line_tells_who_did_what_without_query_or_body(writer, tenant, caplog):
    with caplog.at_level(logging.INFO, logger="ispplatform.access"):
        writer("POST", f"permits?token={SECRET}", {"password": SECRET}, X_Request_ID="r-1")
    lines = [record for record in caplog.records if record.name == "ispplatform.access"]
    assert len(lines) == 1
    line = lines[0].__dict__
    assert (line["method"], line["path"], line["status"]) == ("POST", "/api/test/permits", 422)
    assert (line["actor_type"], line["actor_id"]) == ("user", "u-2")
    assert line["tenant_id"] == str(tenant.pk)
    assert line["duration_ms"] > 0
    assert SECRET not in str(line)


def test_server_errors_are_errors_in_the_log(writer, caplog):
    with caplog.at_level(logging.INFO):
        writer("POST", "permits/crash")
    levels = {record.levelname for record in caplog.records if record.name == "ispplatform.access"}
    assert levels == {"ERROR"}
    assert any(record.exc_info for record in caplog.records if record.name == "django.request")


@pytest.mark.parametrize(
    ("path", "status", "level"),
    [
        ("/api/v1/customers", 200, "INFO"),
        ("/health", 200, "DEBUG"),
        ("/health", 503, "ERROR"),
        ("/static/css/base.css", 200, "DEBUG"),
        ("/static/css/none.css", 404, "INFO"),
    ],
)
def test_probes_and_static_files_are_quiet_while_all_is_well(path, status, level):
    assert logging.getLevelName(_level(path, status)) == level


def test_requests_are_counted_by_route_not_by_address(reader, permit):
    labels = {"method": "GET", "route": "api/test/permits/<uuid:id>", "status": "200"}
    before = REGISTRY.get_sample_value("isp_http_requests_total", labels) or 0
    reader("GET", f"permits/{permit.pk}")
    assert REGISTRY.get_sample_value("isp_http_requests_total", labels) == before + 1


def test_a_refused_host_reaches_api_clients_as_json(anyone):
    response = anyone("GET", "permits", Host="evil host")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "MALFORMED_REQUEST"


def test_a_busy_database_is_503_on_the_api(writer, monkeypatch):
    def busy(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr("tests.core.api.resources.PermitViewSet.perform_create", busy)
    body = {"reason": "r", "actor_label": "a", "expires_at": "2027-01-01T00:00:00Z"}
    response = writer("POST", "permits", body)
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "SERVICE_UNAVAILABLE"
    assert response.headers["Retry-After"] == "2"


def test_a_busy_database_is_503_on_pages(tenant):
    middleware = ApiErrorMiddleware(lambda request: None)
    request = RequestFactory().get("/orders")
    response = middleware.process_exception(request, OperationalError("database is locked"))
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert middleware.process_exception(request, ValueError("a fault of ours")) is None


class _WithState(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "passes"), [("40001", True), ("40P01", True), ("08006", True), ("42P01", False)]
)
def test_postgresqls_states_say_whether_an_error_passes(state, passes):
    error = OperationalError("said by the server")
    error.__cause__ = _WithState(state)
    assert is_passing(error) is passes


@pytest.mark.parametrize(
    ("text", "normal"),
    [("::ffff:192.0.2.1", "192.0.2.1"), ("[2001:DB8::1]", "2001:db8::1"), ("x", ""), ("", "")],
)
def test_addresses_have_one_form(text, normal):
    assert normal_address(text) == normal


def test_an_ipv6_line_is_one_origin():
    assert address_group("2001:db8:1:2:3::4") == "2001:db8:1:2::/64"
    assert address_group("192.0.2.1") == "192.0.2.1"
    assert address_group("") == ""
