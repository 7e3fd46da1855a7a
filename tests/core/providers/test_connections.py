"""Connections: checked, encrypted, tested, and never real where all is play."""

from typing import Protocol

import pytest

from ispplatform.core.actors import Actor
from ispplatform.core.errors import (
    DuplicateResource,
    InvalidInput,
    NotFound,
    NotPermitted,
    ProviderUnavailable,
)
from ispplatform.core.http import Deadline
from ispplatform.core.ids import uuid7
from ispplatform.core.models import (
    AuditEntry,
    OperationExchange,
    OutboxEvent,
    ProviderConnection,
    Tenant,
    TenantMode,
)
from ispplatform.core.providers import ProbeReport, SettingField, backends, provider_for
from ispplatform.core.providers.building import READ_SECONDS
from ispplatform.core.providers.checks import check_backends
from ispplatform.core.providers.errors import ConnectionInactive, ConnectionModeMismatch
from ispplatform.core.providers.exchanges import recorder_for
from ispplatform.core.providers.fields import FieldKind, cleaned_values
from ispplatform.core.providers.registry import shortcomings_of
from ispplatform.core.providers.selectors import (
    connection_by_id,
    connections_of_kind,
    connections_overview,
)
from ispplatform.core.providers.services import (
    connection_create,
    connection_test,
    connection_update,
)
from ispplatform.core.tenancy.context import tenant_context
from tests.core.operations.conftest import MANAGER, start
from tests.core.operations.counterpart import LampWorks


def create(**changes):
    values = {
        "kind": "lamps",
        "backend": "real",
        "name": "Real",
        "credentials": {"api_key": "test_123"},
    }
    return connection_create(actor=MANAGER, **{**values, **changes})


def make_live(tenant):
    Tenant.objects.filter(pk=tenant.pk).update(mode=TenantMode.LIVE)


def test_a_connection_is_kept_with_defaults_and_audited_without_secrets(connection):
    assert connection.config == {"owner": "nobody"}
    assert (connection.state, connection.is_sandbox) == ("untested", True)
    entry = AuditEntry.objects.get(act="core.connection_create")
    assert entry.values.after["credentials"] == ["api_key"]
    assert "key-of-the-works" not in str(entry.values.after)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"kind": "stars"}, InvalidInput),
        ({"backend": "unknown"}, InvalidInput),
        ({"name": " "}, InvalidInput),
        ({"credentials": {}}, InvalidInput),
        ({"credentials": {"api_key": "test_1", "colour": "red"}}, InvalidInput),
        ({"config": {"owner": 7}}, InvalidInput),
        ({"credentials": {"api_key": "live_1"}}, ConnectionModeMismatch),
        ({"backend": "works", "name": "Works"}, DuplicateResource),
    ],
)
def test_what_cannot_be_a_connection_is_refused(connection, change, error):
    with pytest.raises(error):
        create(**change)
    assert list(ProviderConnection.objects.all()) == [connection]
    assert AuditEntry.objects.count() == 1


def test_only_those_who_may_set_connections_up(connection):
    nobody = Actor.anonymous()
    with pytest.raises(NotPermitted):
        connection_create(actor=nobody, kind="lamps", backend="works", name="x")
    with pytest.raises(NotPermitted):
        connection_update(actor=nobody, connection_id=connection.pk, is_active=False)
    with pytest.raises(NotPermitted):
        connection_test(actor=nobody, connection_id=connection.pk)
    connection.refresh_from_db()
    assert connection.is_active
    assert connection.tested_at is None


def test_live_and_test_access_do_not_meet(tenant, lamp_kinds, world):
    assert create().backend == "real"
    with pytest.raises(ConnectionModeMismatch):
        create(name="Live", credentials={"api_key": "live_123"})
    make_live(tenant)
    with pytest.raises(ConnectionModeMismatch):
        create(name="Test")
    with pytest.raises(ConnectionModeMismatch):
        create(name="Sandbox", backend="works")
    assert create(name="Live", credentials={"api_key": "live_123"}).name == "Live"


def test_a_connection_that_no_longer_fits_its_company_builds_nothing(tenant, connection):
    make_live(tenant)
    with pytest.raises(ConnectionModeMismatch):
        provider_for(connection)


def test_a_change_keeps_the_secrets_that_are_not_given(connection):
    connection_test(actor=MANAGER, connection_id=connection.pk)
    changed = connection_update(
        actor=MANAGER,
        connection_id=connection.pk,
        name="Works 2",
        config={"owner": "Ada"},
        credentials={"api_key": ""},
    )
    assert changed.credentials == {"api_key": "key-of-the-works"}
    assert (changed.name, changed.config, changed.state) == (
        "Works 2",
        {"owner": "Ada"},
        "untested",
    )
    changed = connection_update(
        actor=MANAGER, connection_id=connection.pk, credentials={"api_key": "another-key"}
    )
    assert changed.credentials == {"api_key": "another-key"}
    entry = AuditEntry.objects.filter(act="core.connection_update").latest("id")
    assert entry.values.after["credentials_replaced"] == ["api_key"]
    assert "another-key" not in str(entry.values.after)


def test_two_connections_of_a_kind_do_not_share_a_name(connection):
    other = create(name="Other")
    with pytest.raises(DuplicateResource):
        connection_update(actor=MANAGER, connection_id=other.pk, name="Works")
    other.refresh_from_db()
    assert other.name == "Other"


def test_a_test_tells_who_the_account_is(connection):
    tested = connection_test(actor=MANAGER, connection_id=connection.pk)
    assert tested.state == "working"
    assert tested.state_sentence == "works of nobody, ready"
    assert tested.tested_at is not None
    event = OutboxEvent.objects.get(name="core.connection_state_changed")
    assert event.payload["state"] == "working"
    connection_test(actor=MANAGER, connection_id=connection.pk)
    assert OutboxEvent.objects.filter(name="core.connection_state_changed").count() == 1


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (ProviderUnavailable("Connection refused."), "Connection refused."),
        (ZeroDivisionError("x"), "The back end failed unexpectedly: ZeroDivisionError."),
        (
            ProbeReport(account="Ada", is_live=True),
            "Real works would act for real, and Northwind Hosting is a sandbox.",
        ),
    ],
)
def test_a_test_that_fails_says_why(tenant, lamp_kinds, world, monkeypatch, outcome, sentence):
    def probe(self):
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(LampWorks, "probe", probe)
    tested = connection_test(actor=MANAGER, connection_id=create().pk)
    assert (tested.state, tested.state_sentence) == ("failing", sentence)


def test_an_account_that_turned_out_to_be_live_is_not_used(tenant, lamp_kinds, world, monkeypatch):
    monkeypatch.setattr(LampWorks, "probe", lambda self: ProbeReport(account="Ada", is_live=True))
    tested = connection_test(actor=MANAGER, connection_id=create().pk)
    with pytest.raises(ConnectionModeMismatch):
        provider_for(tested)


def test_a_provider_lives_in_the_companys_time_and_under_a_deadline(tenant, connection, clock):
    Tenant.objects.filter(pk=tenant.pk).update(clock_offset_seconds=86400)
    provider = provider_for(connection)
    assert provider.context.business_now().isoformat() == "2026-03-02T09:00:00+00:00"
    assert 0 < provider.context.deadline.remaining_seconds <= READ_SECONDS
    own = Deadline.after(3)
    assert provider_for(connection, deadline=own).context.http.deadline is own


def test_a_connection_that_is_switched_off_builds_nothing(connection):
    off = connection_update(actor=MANAGER, connection_id=connection.pk, is_active=False)
    with pytest.raises(ConnectionInactive):
        provider_for(off)
    assert list(connections_of_kind("lamps")) == []


def test_exchanges_are_kept_without_the_connections_secrets(connection, lamp):
    recorder = recorder_for(connection)
    recorder.note(
        "probe",
        request={"name": "x", "password": "p", "note": "key-of-the-works is mine"},
        answer={"token": "t", "text": "fine"},
    )
    row = OperationExchange.objects.get()
    assert row.request_body == '{"name": "x", "note": "••• is mine", "password": "•••"}'
    assert row.response_body == '{"text": "fine", "token": "•••"}'
    assert row.connection_id == connection.pk
    assert row.operation_id is None


def test_the_overview_counts_what_waits(connection, lamp):
    start(connection, lamp)
    (row,) = connections_overview()
    assert (row, row.operations_waiting) == (connection, 1)
    assert connection_by_id(connection.pk) == connection


def test_another_company_sees_nothing(connection, other_tenant):
    with tenant_context(other_tenant.pk):
        assert list(connections_overview()) == []
        with pytest.raises(NotFound):
            connection_by_id(connection.pk)
        with pytest.raises(NotFound):
            connection_test(actor=MANAGER, connection_id=connection.pk)
        with pytest.raises(NotFound):
            connection_update(actor=MANAGER, connection_id=uuid7())


# ------------------------------------------------------------------------------------- the registry


class Bulbs(Protocol):
    colours: int

    def glow(self, *, watts: int) -> bool: ...

    def dim(self) -> None: ...


class GoodBulbs:
    colours = 3

    def glow(self, *, watts: int, extra: str = "") -> bool:
        return True

    def dim(self) -> None:
        return None


class BadBulbs:
    dim = 5

    def glow(self, watts: int, volts: int) -> bool:
        return True


def test_a_class_is_held_against_its_protocol():
    assert shortcomings_of(GoodBulbs, Bulbs) == []
    assert shortcomings_of(BadBulbs, Bulbs) == [
        "has no colours",
        "has dim, but not as a method",
        "glow() needs the parameter volts, which nobody gives",
        "glow() takes watts in another way",
    ]


def test_a_class_that_falls_short_stops_the_start(lamp_kinds):
    assert check_backends(app_configs=None) == []
    backends.register("lamps", "bad", BadBulbs, label="Bad")
    assert {error.id for error in check_backends(app_configs=None)} == {"core.E030"}


def test_a_name_in_the_registry_belongs_to_one_class(lamp_kinds):
    with pytest.raises(ValueError, match="registered twice"):
        backends.register("lamps", "works", GoodBulbs, label="x")
    with pytest.raises(ValueError, match="registered twice"):
        backends.register_kind("lamps", label="x", protocol=Bulbs)
    with pytest.raises(ValueError, match="before its back end"):
        backends.register("stars", "sirius", GoodBulbs, label="x")


@pytest.mark.parametrize(
    ("kind", "value", "cleaned"),
    [
        (FieldKind.TEXT, " a ", "a"),
        (FieldKind.NUMBER, "12", 12),
        (FieldKind.FLAG, False, False),
        (FieldKind.URL, "https://panel.example:2087", "https://panel.example:2087"),
        (FieldKind.CHOICE, "eu", "eu"),
    ],
)
def test_settings_are_cleaned_by_their_kind(kind, value, cleaned):
    field = SettingField(name="f", label="F", kind=kind, choices=(("eu", "Europe"),))
    assert cleaned_values([field], {"f": value}, what="setting") == {"f": cleaned}
    assert cleaned_values([field], {}, what="setting") == {}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldKind.TEXT, 5),
        (FieldKind.NUMBER, "a"),
        (FieldKind.NUMBER, True),
        (FieldKind.FLAG, "yes"),
        (FieldKind.URL, "panel.example"),
        (FieldKind.URL, "file:///etc/passwd"),
        (FieldKind.CHOICE, "us"),
    ],
)
def test_settings_of_the_wrong_form_are_refused(kind, value):
    field = SettingField(name="f", label="F", kind=kind, choices=(("eu", "Europe"),))
    with pytest.raises(InvalidInput):
        cleaned_values([field], {"f": value}, what="setting")
