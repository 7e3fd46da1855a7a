"""A name of ours that the registry leads to other name servers, and what a person decides."""

from datetime import timedelta

import pytest

from domains.choices import DelegationStatus, DomainStatus
from domains.errors import DelegationNotElsewhere
from domains.models import DelegationCheck, Domain, SandboxRegistration
from domains.services.delegation import delegation_check_start, delegation_checked
from domains.services.reading import domain_read
from domains.services.settings import domain_accept_name_servers, domain_set_name_servers
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import AttentionItem, AuditEntry, Operation
from ispplatform.core.testing import run_until_quiet
from tests.actors import staff
from tests.desk import Desk, text_of
from tests.factories.domains import NAME_SERVERS, DelegationCheckFactory, registered_domain
from tests.house import House

OLD = ["ns1.old.example", "ns2.old.example"]


@pytest.fixture
def domain(house: House) -> Domain:
    """A registered name that the registry leads to name servers of somebody else."""
    made = registered_domain(
        customer=house.customer, connection=house.registrar, name="shop.example"
    )
    SandboxRegistration.objects.update(name_servers=OLD)
    DelegationCheckFactory(domain=made)
    return made


def seen(domain: Domain, *, hours: float = 0, status: str = "elsewhere", to: list[str] = OLD):
    """Note a look that found this, so many hours ago."""
    check = DelegationCheck.objects.get(domain=domain)
    delegation_checked(check_id=check.pk, status=status, findings=[], leads_to=to, servers=[])
    if hours:
        DelegationCheck.objects.filter(pk=check.pk).update(
            elsewhere_since=system_now() - timedelta(hours=hours)
        )


def waiting() -> list[str]:
    """The sentences of the open rows about where names lead."""
    rows = AttentionItem.objects.filter(kind="domains.leads_elsewhere", resolved_at=None)
    return [row.sentence for row in rows]


def test_a_name_that_leads_elsewhere_for_two_days_stands_before_a_person(domain: Domain):
    seen(domain)
    seen(domain, hours=47)
    seen(domain)
    assert waiting() == []

    seen(domain, hours=48)
    seen(domain)
    seen(domain)

    (sentence,) = waiting()
    assert "shop.example leads to ns1.old.example, ns2.old.example since" in sentence
    assert "should lead to ns1.sandbox.example, ns2.sandbox.example" in sentence
    assert AttentionItem.objects.get().customer_id == domain.customer_id


def test_how_long_is_a_setting_of_the_company(house: House, domain: Domain):
    house.tenant.settings = {"domains.delegation_patience_hours": 3}
    house.tenant.save()
    seen(domain, hours=4)
    seen(domain)
    assert len(waiting()) == 1


def test_a_look_that_nobody_answered_neither_restarts_the_time_nor_closes_the_row(domain: Domain):
    seen(domain, hours=47.9)
    seen(domain, status="unknown", to=[])
    assert DelegationCheck.objects.get().elsewhere_since < system_now() - timedelta(hours=47)
    seen(domain, hours=49)
    seen(domain)
    seen(domain, status="unknown", to=[])
    assert len(waiting()) == 1


@pytest.mark.parametrize("status", [DelegationStatus.RIGHT, DelegationStatus.INCOMPLETE])
def test_it_closes_by_itself_when_the_name_leads_to_ours_again(domain: Domain, status: str):
    seen(domain, hours=49)
    seen(domain)
    seen(domain, status=status, to=NAME_SERVERS)

    item = AttentionItem.objects.get()
    assert (item.resolution, item.resolved_by) == ("It leads where it should.", "automation")
    assert DelegationCheck.objects.get().elsewhere_since is None


def test_what_the_registrar_shows_as_drift_is_not_shown_twice(domain: Domain):
    Domain.objects.update(drift=["its name servers are ns1.old.example, ns2.old.example"])
    seen(domain, hours=49)
    seen(domain)
    assert waiting() == []


def test_a_name_that_ran_out_is_led_elsewhere_by_its_registrar(domain: Domain):
    seen(domain, hours=49)
    seen(domain)
    past = (system_now() - timedelta(days=1)).isoformat()
    facts = {"is_ours": True, "expires_at": past, "registered_at": past, "statuses": []}
    facts |= {"name_servers": OLD, "is_locked": True, "auto_renew": False}
    domain_read(domain_id=domain.pk, seen=facts)
    assert waiting() == []

    Domain.objects.update(status=DomainStatus.EXPIRED, drift=[])
    seen(domain, hours=49)
    seen(domain)
    assert waiting() == []


def test_setting_them_again_tells_the_registrar_and_closes_the_row(domain: Domain):
    seen(domain, hours=49)
    seen(domain)
    before = Operation.objects.filter(kind="domains.set_name_servers").count()

    actor = staff("domains:update")
    domain_set_name_servers(actor=actor, domain=domain, name_servers=domain.name_servers)
    run_until_quiet()

    assert Operation.objects.filter(kind="domains.set_name_servers").count() == before + 1
    assert SandboxRegistration.objects.get().name_servers == NAME_SERVERS
    assert waiting() == []
    seen(domain)
    seen(domain)
    assert waiting() == [], "the time begins again"


def test_present_name_servers_are_not_sent_again_while_all_is_right(domain: Domain):
    actor = staff("domains:update")
    domain_set_name_servers(actor=actor, domain=domain, name_servers=domain.name_servers)
    assert Operation.objects.count() == 0


def test_accepting_makes_them_the_names_own_and_changes_nothing_at_the_registrar(domain: Domain):
    seen(domain, hours=49)
    seen(domain)
    with pytest.raises(NotPermitted):
        domain_accept_name_servers(actor=staff("domains:read"), domain=domain)

    domain_accept_name_servers(actor=staff("domains:update"), domain=domain)
    run_until_quiet()

    domain.refresh_from_db()
    assert (domain.name_servers, domain.drift) == (OLD, [])
    assert Operation.objects.filter(kind="domains.set_name_servers").count() == 0
    # the sandbox plays no servers of others: they lead right, and answer nothing
    assert DelegationCheck.objects.get().status == DelegationStatus.INCOMPLETE
    assert waiting() == []
    noted = AuditEntry.objects.get(act="domains.domain_accept_name_servers")
    assert noted.subject_id == domain.pk


def test_a_name_that_leads_nowhere_cannot_be_accepted(domain: Domain):
    seen(domain, hours=49, to=[])
    seen(domain, to=[])
    assert "leads to no name servers at all" in waiting()[0]
    with pytest.raises(DelegationNotElsewhere):
        domain_accept_name_servers(actor=staff("domains:update"), domain=domain)
    domain.refresh_from_db()
    assert domain.name_servers == NAME_SERVERS


def test_the_decision_is_there_while_it_is_looked_at_again(domain: Domain):
    seen(domain, hours=49)
    DelegationCheck.objects.update(asked_at=system_now() - timedelta(hours=1))
    delegation_check_start(actor=staff("domains:read"), domain=domain)
    domain_accept_name_servers(actor=staff("domains:update"), domain=domain)
    domain.refresh_from_db()
    assert domain.name_servers == OLD


@pytest.mark.parametrize(("decision", "wanted"), [("again", NAME_SERVERS), ("accept", OLD)])
def test_staff_decide_from_the_row_by_one_button(
    house: House, domain: Domain, decision: str, wanted: list[str]
):
    seen(domain, hours=49)
    seen(domain)
    desk = Desk(house.tenant, "admin")
    page = f"/admin/domains/domain/{domain.pk}/change/"
    assert "Decide about its name servers" in text_of(desk.get("admin:index"))
    assert page in text_of(desk.get("admin:core_attentionitem_changelist"))
    assert "Decide about its name servers" in text_of(
        desk.get("admin:domains_domain_change", domain.pk)
    )

    asked = text_of(desk.get("admin:domains_domain_act", domain.pk, "leads-elsewhere"))
    assert "Ours, set them again: ns1.sandbox.example, ns2.sandbox.example" in asked
    assert "These, the customer wants it so: ns1.old.example, ns2.old.example" in asked
    desk.post("admin:domains_domain_act", domain.pk, "leads-elsewhere", decision=decision)
    run_until_quiet()

    domain.refresh_from_db()
    assert domain.name_servers == wanted
    assert SandboxRegistration.objects.get().name_servers == wanted
    assert waiting() == []
