"""Suspending, resuming, ending, changing, arranging, renewing."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from domains.models import Domain, SandboxRegistration
from domains.rules.terms import years_later
from hosting.choices import AccountStatus
from hosting.models import HostingAccount, SandboxPanelAccount
from ispplatform.core.clock import business_now, system_now
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AttentionItem, AuditEntry, FaultMode, Operation, OutboxEvent
from ispplatform.core.testing import run_until_quiet
from provisioning.choices import ReasonKind, ScheduledAct, ScheduleState, ServiceStatus
from provisioning.errors import PlanDoesNotFit, ReasonNotOpen, ServiceStateForbids
from provisioning.models import Service, ServiceSchedule
from provisioning.provisioners import RenewalTerm
from provisioning.services.activation import service_activate
from provisioning.services.changes import service_change_plan, service_read_back, service_renew
from provisioning.services.schedules import schedule_cancel, schedule_create
from provisioning.services.suspension import service_resume, service_suspend
from provisioning.services.termination import service_terminate, termination_cancel
from provisioning.workflows import schedules, terminations
from provisioning.workflows.schedules import next_schedule_due, schedules_run
from provisioning.workflows.terminations import next_termination_due, terminations_run
from tests.actors import staff
from tests.factories.catalog import PlanFactory
from tests.factories.hosting import hosted_account
from tests.factories.provisioning import ServiceFactory, ServiceScheduleFactory
from tests.house import SYSTEM, House, broken

START = "2026-03-02 09:00:00+00:00"


@pytest.fixture
def hosted(house: House) -> Service:
    """An active hosting service with its account on the panel."""
    service = house.order(house.hosting_plan, domain="shop.example")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()
    service.refresh_from_db()
    return service


@pytest.fixture
def named(house: House) -> Service:
    """An active domain service with its name at the registrar."""
    service = house.order(house.domain_plan, domain="shop.example")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()
    service.refresh_from_db()
    return service


def is_off() -> bool:
    return SandboxPanelAccount.objects.get().is_suspended


# ------------------------------------------------------------------------------------- reasons


def test_a_service_stands_still_while_one_reason_is_open(hosted: Service):
    service_suspend(actor=SYSTEM, service=hosted, kind=ReasonKind.UNPAID)
    service_suspend(actor=SYSTEM, service=hosted, kind=ReasonKind.ABUSE, text="Spam.")
    service_suspend(actor=SYSTEM, service=hosted, kind=ReasonKind.ABUSE, text="Again.")
    run_until_quiet()
    assert is_off()
    assert HostingAccount.objects.get().status == AccountStatus.SUSPENDED
    assert hosted.reasons.count() == 2

    service_resume(actor=SYSTEM, service=hosted, kind=ReasonKind.UNPAID)
    run_until_quiet()
    assert is_off()

    service_resume(actor=SYSTEM, service=hosted, kind=ReasonKind.ABUSE)
    run_until_quiet()
    assert not is_off()
    assert HostingAccount.objects.get().status == AccountStatus.ACTIVE
    hosted.refresh_from_db()
    assert hosted.status == ServiceStatus.ACTIVE
    names = ["provisioning.service_suspended", "provisioning.service_resumed"]
    assert [OutboxEvent.objects.filter(name=name).count() for name in names] == [1, 1]


def test_resuming_before_the_panel_heard_of_the_suspension_leaves_it_on(hosted: Service):
    service_suspend(actor=SYSTEM, service=hosted)
    service_resume(actor=SYSTEM, service=hosted)

    run_until_quiet()

    assert not is_off()
    hosted.refresh_from_db()
    assert hosted.status == ServiceStatus.ACTIVE


def test_a_panel_that_is_down_is_told_later(house: House, hosted: Service):
    broken(house.panel, FaultMode.UNAVAILABLE, call="suspend_account")
    service_suspend(actor=SYSTEM, service=hosted)
    run_until_quiet()
    assert not is_off()

    Operation.objects.filter(state="pending").update(next_attempt_at=system_now())
    run_until_quiet()

    assert is_off()


def test_a_reason_that_is_not_open_cannot_be_closed(hosted: Service):
    service_suspend(actor=SYSTEM, service=hosted, kind=ReasonKind.ABUSE)
    entries = AuditEntry.objects.count()
    with pytest.raises(ReasonNotOpen):
        service_resume(actor=SYSTEM, service=hosted, kind=ReasonKind.UNPAID)
    assert AuditEntry.objects.count() == entries

    service_resume(actor=SYSTEM, service=hosted, kind=None)
    with pytest.raises(ServiceStateForbids):
        service_resume(actor=SYSTEM, service=hosted, kind=None)


def test_suspending_needs_its_permission(hosted: Service):
    with pytest.raises(NotPermitted):
        service_suspend(actor=staff("services:read"), service=hosted)
    with pytest.raises(NotPermitted):
        service_resume(actor=staff("services:read"), service=hosted)
    assert hosted.reasons.count() == 0


def test_a_service_that_is_suspended_before_it_is_set_up_stands_still_at_once(house: House):
    service = house.order(house.hosting_plan, domain="shop.example")
    service_activate(actor=SYSTEM, service=service)
    service_suspend(actor=SYSTEM, service=service, kind=ReasonKind.STAFF)

    run_until_quiet()

    service.refresh_from_db()
    assert service.status == ServiceStatus.SUSPENDED
    assert is_off()


def test_payment_ends_the_reason_unpaid_only(house: House, hosted: Service):
    service_suspend(actor=SYSTEM, service=hosted, kind=ReasonKind.UNPAID)
    run_until_quiet()

    house.pay(hosted)
    run_until_quiet()

    hosted.refresh_from_db()
    assert hosted.status == ServiceStatus.ACTIVE
    assert not is_off()


# --------------------------------------------------------------------------------------- ending


def test_an_ended_service_stands_still_and_goes_when_the_hold_is_over(
    house: House, hosted: Service
):
    with time_machine.travel(START, tick=False) as clock:
        service_terminate(actor=SYSTEM, service=hosted, reason="Cancelled.")
        run_until_quiet()
        hosted.refresh_from_db()
        assert hosted.status == ServiceStatus.SUSPENDED
        assert hosted.terminate_at == datetime.fromisoformat(START) + timedelta(days=14)
        assert is_off()
        assert next_termination_due(house.tenant, system_now()) == hosted.terminate_at
        assert terminations_run(house.tenant) == 0
        assert SandboxPanelAccount.objects.count() == 1

        clock.shift(timedelta(days=14, seconds=1))
        assert terminations_run(house.tenant) == 1
        run_until_quiet()

    hosted.refresh_from_db()
    assert hosted.status == ServiceStatus.TERMINATED
    assert SandboxPanelAccount.objects.count() == 0
    assert HostingAccount.objects.get().status == AccountStatus.TERMINATED
    assert terminations_run(house.tenant) == 0
    with pytest.raises(ServiceStateForbids):
        service_terminate(actor=SYSTEM, service=hosted, reason="Again.")


def test_a_change_of_mind_within_the_hold_brings_the_service_back(hosted: Service):
    service_terminate(actor=SYSTEM, service=hosted, reason="Cancelled.")
    run_until_quiet()

    termination_cancel(actor=SYSTEM, service=hosted, reason="They stay.")
    run_until_quiet()

    hosted.refresh_from_db()
    assert (hosted.status, hosted.terminate_at) == (ServiceStatus.ACTIVE, None)
    assert not is_off()
    with pytest.raises(ServiceStateForbids):
        termination_cancel(actor=SYSTEM, service=hosted, reason="Again.")


def test_cutting_the_hold_short_needs_a_permission_of_its_own(house: House, hosted: Service):
    now = business_now(house.tenant)
    actor = staff("services:terminate")
    with pytest.raises(NotPermitted):
        service_terminate(actor=actor, service=hosted, reason="Now.", at=now)
    hosted.refresh_from_db()
    assert hosted.terminate_at is None

    actor = staff("services:terminate", "services:terminate_now")
    service_terminate(actor=actor, service=hosted, reason="Now.", at=now)
    terminations_run(house.tenant)
    run_until_quiet()
    assert SandboxPanelAccount.objects.count() == 0


def test_what_is_not_ours_on_the_server_is_not_deleted(house: House, hosted: Service):
    SandboxPanelAccount.objects.update(owner_mark="somebody-else")
    service_terminate(actor=SYSTEM, service=hosted, reason="x", at=business_now(house.tenant))
    terminations_run(house.tenant)

    run_until_quiet()

    assert SandboxPanelAccount.objects.count() == 1
    assert Operation.objects.get(kind="hosting.account_delete").state == "rejected"


def test_many_endings_in_one_day_wait_for_a_person(house: House):
    house.tenant.settings["provisioning.terminations_per_day"] = 2
    for _ in range(3):
        ServiceFactory(active=True, terminate_at=system_now() - timedelta(days=1))

    assert terminations_run(house.tenant) == 0
    assert Service.objects.filter(status=ServiceStatus.TERMINATED).count() == 0
    item = AttentionItem.objects.get()
    assert (item.kind, item.resolved_at) == ("provisioning.many_terminations", None)

    assert terminations_run(house.tenant, confirmed=True) == 3
    item.refresh_from_db()
    assert item.resolved_at is not None


def test_a_service_that_cannot_be_ended_stops_no_other(house: House, monkeypatch):
    poisoned, fine = (
        ServiceFactory(active=True, terminate_at=system_now() - timedelta(days=1)) for _ in range(2)
    )
    real = terminations.service_end

    def fails(service: Service, **values: Any) -> Any:
        if service.pk == poisoned.pk:
            raise RuntimeError("its data are broken")
        return real(service, **values)

    with monkeypatch.context() as patch:
        patch.setattr(terminations, "service_end", fails)
        assert terminations_run(house.tenant) == 1
    fine.refresh_from_db()
    assert fine.status == ServiceStatus.TERMINATED
    item = AttentionItem.objects.get()
    assert (item.kind, item.subject_id) == ("provisioning.service_not_ended", poisoned.pk)
    assert terminations_run(house.tenant) == 1
    item.refresh_from_db()
    assert item.resolved_at is not None


def test_a_service_that_was_never_set_up_ends_at_once(house: House):
    service = house.order(house.hosting_plan, domain="shop.example")
    service_terminate(actor=SYSTEM, service=service, reason="Unpaid.")

    service.refresh_from_db()
    assert service.status == ServiceStatus.TERMINATED
    assert Operation.objects.count() == 0


def test_ending_a_name_lets_it_run_out_and_deletes_nothing(house: House, named: Service):
    service_terminate(actor=SYSTEM, service=named, reason="x", at=business_now(house.tenant))
    terminations_run(house.tenant)
    run_until_quiet()

    assert Domain.objects.get().auto_renew is False
    assert SandboxRegistration.objects.count() == 1


# -------------------------------------------------------------------------------------- changes


def test_another_plan_changes_the_package_and_is_read_back(hosted: Service):
    bigger = PlanFactory(parameters={"package": "business", "mailboxes": 50})

    service_change_plan(actor=SYSTEM, service=hosted, plan=bigger)
    run_until_quiet()

    account = HostingAccount.objects.get()
    assert (account.package, account.max_mailboxes) == ("business", 50)
    assert account.disk_limit_bytes == 50_000_000_000
    hosted.refresh_from_db()
    assert hosted.plan == bigger


@pytest.mark.parametrize("which", ["same", "other type", "off sale", "no package"])
def test_a_plan_that_does_not_fit_changes_nothing(house: House, hosted: Service, which: str):
    plan = {
        "same": lambda: hosted.plan,
        "other type": lambda: house.email_plan,
        "off sale": lambda: PlanFactory(is_active=False),
        "no package": lambda: PlanFactory(parameters={}),
    }[which]()
    operations = Operation.objects.count()
    error = PlanDoesNotFit if which != "no package" else Exception
    with pytest.raises(error):
        service_change_plan(actor=SYSTEM, service=hosted, plan=plan)

    assert Operation.objects.count() == operations
    assert HostingAccount.objects.get().package == "starter"


def test_reading_back_takes_over_what_the_panel_says(hosted: Service):
    SandboxPanelAccount.objects.update(package="pro")

    service_read_back(actor=SYSTEM, service=hosted)
    run_until_quiet()

    account = HostingAccount.objects.get()
    assert (account.package, account.disk_limit_bytes) == ("pro", 200_000_000_000)


# -------------------------------------------------------------------------------------- renewal


def term(key: str = "line-1", years: int = 1) -> RenewalTerm:
    return RenewalTerm(key=key, start=date(2027, 3, 2), end=date(2027 + years, 3, 2))


def test_a_paid_renewal_renews_once(named: Service):
    before = Domain.objects.get().expires_at

    for _ in range(2):
        service_renew(actor=SYSTEM, service=named, term=term(years=2))
        run_until_quiet()

    domain = Domain.objects.get()
    assert domain.expires_at == years_later(before, 2)
    assert SandboxRegistration.objects.get().expires_at == domain.expires_at
    assert Operation.objects.filter(kind="domains.renew").count() == 1
    assert OutboxEvent.objects.filter(name="domains.domain_renewed").count() == 1


def test_a_renewal_whose_answer_was_lost_is_found_and_not_sent_again(house: House, named: Service):
    before = Domain.objects.get().expires_at
    broken(house.registrar, FaultMode.ANSWER_LOST, call="renew")
    service_renew(actor=SYSTEM, service=named, term=term())
    run_until_quiet()
    assert Domain.objects.get().expires_at == before
    assert SandboxRegistration.objects.get().expires_at == years_later(before, 1)

    Operation.objects.filter(state="unknown").update(next_attempt_at=system_now())
    run_until_quiet()

    assert Domain.objects.get().expires_at == years_later(before, 1)
    assert SandboxRegistration.objects.get().expires_at == years_later(before, 1)


def test_a_refused_renewal_asks_a_person(house: House, named: Service):
    broken(house.registrar, FaultMode.REFUSED, call="renew")
    service_renew(actor=SYSTEM, service=named, term=term())

    run_until_quiet()

    named.refresh_from_db()
    assert "the paid renewal was refused" in named.trouble
    assert named.status == ServiceStatus.ACTIVE
    assert OutboxEvent.objects.filter(name="domains.domain_renewal_refused").count() == 1


# ------------------------------------------------------------------------------------- arranged


def test_an_arranged_act_is_carried_out_on_its_day(house: House, hosted: Service):
    with time_machine.travel(START, tick=False) as clock:
        schedule_create(
            actor=SYSTEM,
            service=hosted,
            act=ScheduledAct.SUSPEND,
            due_on=date(2026, 3, 4),
            reason="Move.",
        )
        midnight = datetime.fromisoformat("2026-03-03 23:00:00+00:00")  # Berlin
        assert next_schedule_due(house.tenant, system_now()) == midnight
        assert schedules_run(house.tenant) == 0

        clock.move_to(midnight)
        assert next_schedule_due(house.tenant, system_now()) is None
        assert schedules_run(house.tenant) == 1
        assert schedules_run(house.tenant) == 0

    hosted.refresh_from_db()
    assert hosted.status == ServiceStatus.SUSPENDED
    assert ServiceSchedule.objects.get().state == ScheduleState.DONE


def test_what_a_rule_refuses_by_then_is_noted_with_its_sentence(house: House, hosted: Service):
    schedule = ServiceScheduleFactory(
        service=hosted, act=ScheduledAct.RESUME, due_on=date(2026, 1, 1)
    )
    assert schedules_run(house.tenant) == 1

    schedule.refresh_from_db()
    assert schedule.state == ScheduleState.REFUSED
    assert schedule.outcome == "A service that is active cannot be resumed."
    item = AttentionItem.objects.get()
    assert (item.kind, item.subject_id) == ("provisioning.schedule_refused", schedule.pk)
    assert item.customer_id == hosted.customer_id
    assert "A service that is active cannot be resumed." in item.sentence
    assert schedules_run(house.tenant) == 0


def test_an_arranged_act_that_fails_stops_no_other(house: House, hosted: Service, monkeypatch):
    poisoned = ServiceScheduleFactory(
        service=hosted, act=ScheduledAct.TERMINATE, due_on=date(2026, 1, 1)
    )
    fine = ServiceScheduleFactory(service=hosted, act=ScheduledAct.SUSPEND, due_on=date(2026, 1, 2))

    def fails(**values: object) -> None:
        raise RuntimeError("its data are broken")

    with monkeypatch.context() as patch:
        patch.setattr(schedules, "service_terminate", fails)
        assert schedules_run(house.tenant) == 1
    fine.refresh_from_db()
    poisoned.refresh_from_db()
    assert (fine.state, poisoned.state) == (ScheduleState.DONE, ScheduleState.WAITING)
    item = AttentionItem.objects.get()
    assert (item.kind, item.subject_id) == ("provisioning.schedule_not_carried_out", poisoned.pk)
    assert schedules_run(house.tenant) == 1
    item.refresh_from_db()
    assert item.resolved_at is not None


def test_an_arranged_change_of_plan_and_end(house: House, hosted: Service):
    plan = PlanFactory(parameters={"package": "business"})
    ServiceScheduleFactory(
        service=hosted,
        act=ScheduledAct.CHANGE_PLAN,
        due_on=date(2026, 1, 1),
        params={"plan_id": str(plan.pk)},
    )
    ServiceScheduleFactory(service=hosted, act=ScheduledAct.TERMINATE, due_on=date(2026, 1, 2))

    assert schedules_run(house.tenant) == 2

    hosted.refresh_from_db()
    assert hosted.plan == plan
    assert hosted.terminate_at is not None


def test_a_newer_arrangement_replaces_the_older_and_one_can_be_taken_back(
    house: House, hosted: Service
):
    day = business_now(house.tenant).date()
    with pytest.raises(InvalidInput):
        schedule_create(actor=SYSTEM, service=hosted, act=ScheduledAct.SUSPEND, due_on=day)
    with pytest.raises(NotPermitted):
        schedule_create(
            actor=staff("services:read"),
            service=hosted,
            act=ScheduledAct.SUSPEND,
            due_on=day + timedelta(days=9),
        )
    assert ServiceSchedule.objects.count() == 0
    for days in (8, 9):
        kept = schedule_create(
            actor=SYSTEM,
            service=hosted,
            act=ScheduledAct.SUSPEND,
            due_on=day + timedelta(days=days),
        )
    states = ServiceSchedule.objects.order_by("due_on").values_list("state", flat=True)
    assert list(states) == [ScheduleState.CANCELLED, ScheduleState.WAITING]

    for _ in range(2):
        schedule_cancel(actor=SYSTEM, schedule=kept)
    kept.refresh_from_db()
    assert kept.state == ScheduleState.CANCELLED


def test_an_account_of_another_service_is_left_alone(house: House, hosted: Service):
    other = hosted_account(server=house.server, service__customer=house.customer)
    service_suspend(actor=SYSTEM, service=hosted)
    run_until_quiet()

    other.refresh_from_db()
    assert other.status == AccountStatus.ACTIVE
    assert SandboxPanelAccount.objects.get(username=other.username).is_suspended is False
