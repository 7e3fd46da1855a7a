"""The mail that says that nothing runs: sent without worker, beat and broker."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction

from ispplatform.core.clock import system_now
from ispplatform.core.leases import periodic_duty
from ispplatform.core.models import AttentionItem, Operation, Tenant
from ispplatform.core.operations import operation_start
from ispplatform.core.operations.watching import ALL_SILENT, SWEEP, duties_watch
from ispplatform.core.subjects import subject_of
from ispplatform.core.switches.services import switch_pause
from ispplatform.core.tenancy.context import tenant_context
from notifications.models import Mail
from notifications.services import SEND, WRITER
from notifications.workflows.silence import silence_tell
from tests.notifications.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def later(tenant: Tenant) -> Any:
    """Sixteen minutes after the last sweep."""
    with periodic_duty(SWEEP, every_seconds=10, hold_seconds=60):
        pass
    with time_machine.travel(system_now() + timedelta(minutes=16), tick=False) as moved:
        yield moved


def test_every_company_is_mailed_once_and_nothing_else_is_carried_out(
    other_tenant: Tenant, later: Any, tenant: Tenant, mail_server: MailServer
):
    with transaction.atomic():
        subject = subject_of(tenant)
        waiting = operation_start(kind=SEND, key="waits", subject=subject, actor=WRITER)

    with pytest.raises(SystemExit):
        call_command("watch")
    with pytest.raises(SystemExit):
        call_command("watch")

    assert sorted(str(mail["To"]) for mail in mail_server.taken) == sorted(
        [_to(tenant), _to(other_tenant)]
    )
    text = mail_server.taken[0].get_body(("plain",)).get_content()
    assert "Nothing has run by itself since" in text
    assert "Nothing is lost" in " ".join(text.split())
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempt) == ("pending", 0)


def test_the_first_run_afterwards_closes_it_and_the_next_silence_is_told_anew(
    later: Any, tenant: Tenant, mail_server: MailServer
):
    silence_tell()
    item = AttentionItem.objects.get(kind=ALL_SILENT)
    with periodic_duty(SWEEP, every_seconds=10, hold_seconds=60):
        duties_watch(tenant)
    item.refresh_from_db()
    assert item.resolved_at is not None
    assert silence_tell() == 0

    later.shift(timedelta(minutes=16))
    assert silence_tell() == 1
    assert len(mail_server.taken) == 2


def test_what_the_mail_server_did_not_take_is_tried_again(
    later: Any, tenant: Tenant, mail_server: MailServer
):
    mail_server.answers.to_message = "451 later"
    silence_tell()
    assert mail_server.taken == []
    mail_server.answers.to_message = "250 OK"
    later.shift(timedelta(minutes=5))
    silence_tell()
    assert len(mail_server.taken) == 1


def test_mails_that_are_paused_stay_here(later: Any, tenant: Tenant, mail_server: MailServer):
    switch_pause(actor=WRITER, kind=SEND, reason="a copy")
    silence_tell()
    assert mail_server.taken == []
    with tenant_context(tenant.pk):
        assert Mail.objects.count() == 1
        assert Operation.objects.get(kind=SEND).attempt == 0


def test_while_automation_runs_nobody_is_told(tenant: Tenant, mail_server: MailServer):
    with periodic_duty(SWEEP, every_seconds=10, hold_seconds=60):
        pass
    call_command("watch")
    assert AttentionItem.objects.count() == 0
    assert mail_server.taken == []


def _to(tenant: Tenant) -> str:
    return f"{tenant.name} <{tenant.contact_email}>"
