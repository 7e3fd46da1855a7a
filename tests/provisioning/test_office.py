"""What the back office shows of services, names and mail beside their own pages."""

from datetime import timedelta

import pytest
from django.urls import reverse

from customers.selectors.timeline import timeline_sentence
from customers.slots import customer_figures, deletion_guards
from domains.office import expiring_tile
from ispplatform.core.admin.search import search_hits
from ispplatform.core.clock import system_now
from ispplatform.core.tenancy.context import tenant_context
from provisioning.choices import ReasonKind, ServiceStatus
from provisioning.models import Service, ServiceReason
from provisioning.office import SENTENCES
from tests.actors import staff
from tests.callers import key_caller
from tests.factories.domains import DomainFactory
from tests.factories.hosting import hosted_account, hosted_mailbox
from tests.factories.provisioning import ServiceFactory
from tests.house import House
from tests.pages.staff import staff_client

SEES_ALL = staff("services:read", "domains:read", "hosting:read", "mailboxes:read")


def test_services_are_found_by_every_name_they_have(house: House):
    account = hosted_account(username="shop1234", domain="müller.example")
    mailbox = hosted_mailbox(account)
    DomainFactory(name="xn--mller-kva.example", unicode_name="müller.example")

    def found(term: str) -> list[tuple[str, bool]]:
        return [(hit.title, hit.is_exact) for hit in search_hits(term, actor=SEES_ALL)]

    assert ("müller.example", True) in found("xn--mller-kva.example")
    assert ("müller.example", True) in found("MÜLLER.example")
    assert ("müller.example (shop1234)", True) in found("shop1234")
    assert (mailbox.address, True) in found(mailbox.address)
    assert search_hits("shop1234", actor=staff("orders:read")) == []


def test_a_customers_services_stand_on_its_page_and_are_counted(house: House):
    ServiceFactory(customer=house.customer, label="shop.example", trouble="The panel refused.")
    ServiceFactory(customer=house.customer, status=ServiceStatus.TERMINATED, label="old.example")
    still = ServiceFactory(customer=house.customer, status=ServiceStatus.SUSPENDED)
    for kind, closed_at in ((ReasonKind.UNPAID, system_now()), (ReasonKind.ABUSE, None)):
        ServiceReason.objects.create(
            service=still,
            kind=kind,
            text=f"Why {kind}",
            opened_at=system_now(),
            closed_at=closed_at,
        )
    client = staff_client(house.tenant, "support")
    with tenant_context(house.tenant.pk):
        page = client.get(
            reverse("admin:customers_customer_change", args=[house.customer.pk])
        ).content.decode()
    assert "The panel refused." in page
    assert "old.example" not in page
    assert "Abuse: Why abuse" in page
    assert "Why unpaid" not in page
    caller = key_caller(house.tenant, "customers:read")
    assert caller("GET", f"customers/{house.customer.pk}").data["services_count"] == 2
    assert customer_figures.get("services_count") is not None
    guard = deletion_guards.get("provisioning")
    assert guard is not None
    assert guard.refusal(house.customer.pk) == "Services still run."


def test_names_that_expire_within_thirty_days_stand_on_the_home_page(house: House):
    actor = staff("domains:read")
    assert expiring_tile(house.tenant, actor) is None
    now = system_now()
    soon = DomainFactory(registered_at=now, expires_at=now + timedelta(days=12))
    DomainFactory(registered_at=now, expires_at=now + timedelta(days=31))

    tile = expiring_tile(house.tenant, actor)

    assert tile is not None
    assert tile["domains"] == [soon]
    client = staff_client(house.tenant, "operator")
    with tenant_context(house.tenant.pk):
        assert soon.unicode_name in client.get("/admin/").content.decode()


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda one: one.act)
def test_every_sentence_of_the_timeline_names_the_service(sentence):
    told = timeline_sentence(sentence.act, "shop.example", {}, {"kind": "abuse"})

    assert told.startswith("shop.example: ")


def test_the_page_of_a_service_tells_where_it_stands_and_what_happens_next(house: House):
    service = ServiceFactory(customer=house.customer, held_reason="Many orders in one day.")
    abused = ServiceFactory(
        customer=house.customer, status=ServiceStatus.SUSPENDED, label="abused.example"
    )
    ServiceReason.objects.create(
        service=abused,
        kind=ReasonKind.ABUSE,
        text="It sends junk.",
        opened_at=system_now(),
        opened_by="Ada",
    )
    client = staff_client(house.tenant, "support")

    def page_of(row: Service) -> str:
        with tenant_context(house.tenant.pk):
            answer = client.get(reverse("admin:provisioning_service_change", args=[row.pk]))
        return answer.content.decode()

    held = page_of(service)
    assert "Many orders in one day." in held
    assert "Nothing, until a person lets it through or refuses the order." in held
    assert "<dt>Domain mode</dt><dd>own</dd>" in held
    stopped = page_of(abused)
    assert "Why it stands still" in stopped
    assert "It sends junk." in stopped
    assert reverse("admin:customers_customer_change", args=[house.customer.pk]) in stopped
    assert reverse("admin:catalog_plan_change", args=[service.plan_id]) not in stopped
