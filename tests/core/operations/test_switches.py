"""The stop switch, and the copy of a database that must not act."""

from datetime import timedelta
from uuid import UUID

import pytest

from ispplatform.core.actors import Actor
from ispplatform.core.errors import InvalidInput, NotFound, NotPermitted
from ispplatform.core.ids import uuid7
from ispplatform.core.models import (
    AuditEntry,
    Installation,
    Operation,
    OperationState,
    OperationSwitch,
    OutboxEvent,
)
from ispplatform.core.operations.claiming import operations_due, operations_take_for_queueing
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.operations.selectors import waiting_for
from ispplatform.core.providers import provider_built, provider_for
from ispplatform.core.providers.errors import ConnectionPaused
from ispplatform.core.providers.services import connection_create
from ispplatform.core.switches.installation import (
    installation_confirm,
    installation_forget,
    installation_is_confirmed,
)
from ispplatform.core.switches.selectors import operations_waiting, paused_banners
from ispplatform.core.switches.services import switch_pause, switch_resume
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.core.operations.conftest import MANAGER, start
from tests.core.operations.test_engine import state_of

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize("scope", ["tenant", "kind", "connection"])
def test_what_is_paused_waits_and_nothing_is_lost(connection, lamp, world, clock, scope):
    target = {
        "tenant": {},
        "kind": {"kind": "lamps.make"},
        "connection": {"connection_id": connection.pk},
    }[scope]
    switch_pause(actor=MANAGER, reason="the works are on fire", **target)
    operation = start(connection, lamp)
    clock.shift(timedelta(minutes=5))
    run_until_quiet()
    assert operation_run(operation.pk) == OperationState.PENDING
    assert operations_take_for_queueing() == []
    assert world.requests == 0
    assert operation.attempt == 0
    assert "the works are on fire" in waiting_for(operation)
    switch_resume(actor=MANAGER, reason="put out", **target)
    assert operations_due() == [operation.pk]
    assert operations_take_for_queueing() == [(operation.tenant_id, operation.pk)]
    run_until_quiet()
    assert state_of(operation) == OperationState.SUCCEEDED


def test_a_switch_stops_its_scope_only(connection, lamp, world, other_tenant):
    switch_pause(actor=MANAGER, reason="x", kind="lamps.fax")
    with tenant_context(other_tenant.pk):
        switch_pause(actor=MANAGER, reason="x")
    operation = start(connection, lamp)
    run_until_quiet()
    assert state_of(operation) == OperationState.SUCCEEDED
    assert len(paused_banners()) == 1


def test_the_banner_says_what_who_why_and_since_when(connection, clock):
    switch_pause(actor=MANAGER, reason="fire", connection_id=connection.pk)
    switch_pause(actor=MANAGER, reason="flood", kind="lamps.make")
    switch_pause(actor=MANAGER, reason="storm")
    told = {(banner.what, banner.reason, banner.by) for banner in paused_banners()}
    assert told == {
        ("Connection Works", "fire", MANAGER.label),
        ("Make lamp", "flood", MANAGER.label),
        ("Everything", "storm", MANAGER.label),
    }
    assert {banner.since.isoformat() for banner in paused_banners()} == {
        "2026-03-01T09:00:00+00:00"
    }
    switch_resume(actor=MANAGER)
    assert len(paused_banners()) == 2


def test_turning_a_switch_is_audited_and_told(connection):
    switch_pause(actor=MANAGER, reason="fire")
    switch_pause(actor=MANAGER, reason="still fire")
    switch_resume(actor=MANAGER, reason="out")
    assert OperationSwitch.objects.count() == 1
    acts = AuditEntry.objects.filter(act__startswith="core.switch")
    assert sorted((entry.act, entry.reason) for entry in acts) == [
        ("core.switch_pause", "fire"),
        ("core.switch_pause", "still fire"),
        ("core.switch_resume", "out"),
    ]
    assert OutboxEvent.objects.filter(name="core.switch_paused").count() == 2
    assert OutboxEvent.objects.get(name="core.switch_resumed").payload["by"] == MANAGER.label


def test_a_switch_that_cannot_be_turned_stays(connection):
    nobody = Actor.anonymous()
    with pytest.raises(NotPermitted):
        switch_pause(actor=nobody, reason="x")
    with pytest.raises(NotPermitted):
        switch_resume(actor=nobody)
    with pytest.raises(InvalidInput):
        switch_pause(actor=MANAGER, reason=" ")
    with pytest.raises(InvalidInput):
        switch_pause(actor=MANAGER, reason="x", kind="lamps.unknown")
    with pytest.raises(InvalidInput):
        switch_pause(actor=MANAGER, reason="x", kind="lamps.make", connection_id=connection.pk)
    with pytest.raises(NotFound):
        switch_pause(actor=MANAGER, reason="x", connection_id=uuid7())
    assert OperationSwitch.objects.count() == 0


# ----------------------------------------------------------------------------- the installation


def test_a_fresh_database_belongs_to_its_installation(tenant, settings):
    settings.INSTALLATION_ID_FILE.unlink(missing_ok=True)
    assert installation_is_confirmed()
    kept = UUID(settings.INSTALLATION_ID_FILE.read_text().strip())
    assert Installation.objects.get().installation_id == kept
    assert installation_is_confirmed()


def test_a_copy_of_the_database_does_nothing_until_a_person_says_so(
    connection, lamp, world, settings, django_capture_on_commit_callbacks
):
    assert installation_is_confirmed()
    operation = start(connection, lamp)
    original = settings.INSTALLATION_ID_FILE.read_text()
    settings.INSTALLATION_ID_FILE.write_text(f"{uuid7()}\n")  # the database came from elsewhere
    run_until_quiet()
    assert operation_run(operation.pk) == OperationState.PENDING
    assert operations_take_for_queueing() == []
    assert world.requests == 0
    (banner,) = paused_banners()
    assert banner.needs_confirmation
    assert waiting_for(operation).startswith("somebody to confirm")
    assert list(operations_waiting()) == [operation]
    with pytest.raises(NotPermitted):
        installation_confirm(actor=Actor.anonymous(), reason="x")
    with pytest.raises(InvalidInput):
        installation_confirm(actor=MANAGER, reason="")
    assert not installation_is_confirmed()
    with django_capture_on_commit_callbacks(execute=True):
        installation_confirm(actor=MANAGER, reason="this is production now")
    assert settings.INSTALLATION_ID_FILE.read_text() != original, "the copy has its own id"
    assert AuditEntry.objects.get(act="core.installation_confirm").reason
    run_until_quiet()
    assert state_of(operation) == OperationState.SUCCEEDED
    assert paused_banners() == []


def test_a_restore_on_the_same_machine_starts_paused_too(tenant, settings):
    assert installation_is_confirmed()
    installation_forget()
    assert not installation_is_confirmed()
    settings.INSTALLATION_ID_FILE.write_text("not an id")
    assert not installation_is_confirmed()


def test_several_machines_share_the_id_of_their_environment(
    tenant, settings, django_capture_on_commit_callbacks
):
    settings.INSTALLATION_ID_FILE.unlink(missing_ok=True)
    settings.INSTALLATION_ID = str(uuid7())
    assert installation_is_confirmed()
    assert not settings.INSTALLATION_ID_FILE.exists()
    settings.INSTALLATION_ID = str(uuid7())
    assert not installation_is_confirmed()
    with django_capture_on_commit_callbacks(execute=True):
        installation_confirm(actor=MANAGER, reason="moved")
    assert installation_is_confirmed()
    assert not settings.INSTALLATION_ID_FILE.exists()


def test_operations_of_others_are_not_counted_as_waiting(connection, lamp, other_tenant):
    start(connection, lamp)
    with tenant_context(other_tenant.pk):
        assert Operation.objects.count() == 0
        assert list(operations_waiting()) == []


@pytest.mark.parametrize("scope", ["tenant", "connection"])
def test_nobody_is_asked_directly_while_a_switch_holds_the_connection(connection, scope):
    target = {"tenant": {}, "connection": {"connection_id": connection.pk}}[scope]
    switch_pause(actor=MANAGER, reason="fire", **target)
    with pytest.raises(ConnectionPaused):
        provider_for(connection)
    assert provider_built(connection).context.connection_id == connection.pk
    switch_resume(actor=MANAGER, reason="out", **target)
    assert provider_for(connection).context.connection_id == connection.pk


def test_the_switch_of_a_kind_or_of_another_connection_holds_no_direct_question(connection):
    other = connection_create(
        actor=MANAGER,
        kind="lamps",
        backend="works",
        name="Other works",
        credentials={"api_key": "key-of-the-other"},
    )
    switch_pause(actor=MANAGER, reason="fire", kind="lamps.make")
    switch_pause(actor=MANAGER, reason="fire", connection_id=other.pk)
    assert provider_for(connection).context.connection_id == connection.pk


def test_a_copy_that_was_not_confirmed_asks_nobody_directly(connection):
    assert installation_is_confirmed()
    installation_forget()
    with pytest.raises(ConnectionPaused):
        provider_for(connection)
