"""From a paid invoice to services that work."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from domains.choices import DomainStatus, ZoneStatus
from domains.models import DnsZone, Domain, SandboxRecordSet, SandboxRegistration
from hosting.choices import AccountStatus, MailboxStatus
from hosting.models import HostingAccount, Mailbox, SandboxPanelAccount, SandboxPanelMailbox
from ispplatform.core.models import Operation, OutboxEvent
from ispplatform.core.testing import run_until_quiet
from provisioning.choices import ServiceStatus
from provisioning.models import Service
from tests.house import House, ours_not_done

MOST_QUERIES = 1000  # of all the work behind three services; it takes about 800


def order_all(house: House, name: str = "müller.example") -> list[Service]:
    return [
        house.order(house.domain_plan, domain=name),
        house.order(house.hosting_plan, domain=name, domain_mode="register", mailbox="info"),
        house.order(house.email_plan, domain=name, mailbox="Sales"),
    ]


def test_a_paid_order_of_name_hosting_and_mailbox_is_active(house: House):
    services = order_all(house)
    assert Operation.objects.count() == 0, "nothing is sent before the money is there"

    house.pay(*reversed(services))
    with CaptureQueriesContext(connection) as queries:
        run_until_quiet()

    statuses = {service.type: service.status for service in Service.objects.all()}
    assert statuses == dict.fromkeys(("domain", "hosting", "email"), ServiceStatus.ACTIVE)
    assert len(queries) < MOST_QUERIES
    domain = Domain.objects.get()
    assert (domain.status, domain.name) == (DomainStatus.ACTIVE, "xn--mller-kva.example")
    held = SandboxRegistration.objects.get()
    assert (held.name, held.expires_at) == (domain.name, domain.expires_at)
    assert held.auto_renew is False
    zone = DnsZone.objects.get()
    assert (zone.status, zone.is_pushed) == (ZoneStatus.ACTIVE, True)
    served = {(row.name, row.type): row.contents for row in SandboxRecordSet.objects.all()}
    assert served["xn--mller-kva.example.", "A"] == ["192.0.2.80"]
    assert served["xn--mller-kva.example.", "MX"] == ["10 mail.northwind.example."]
    assert served["www.xn--mller-kva.example.", "CNAME"] == ["xn--mller-kva.example."]
    assert HostingAccount.objects.get().status == AccountStatus.ACTIVE
    assert SandboxPanelAccount.objects.get().domain == domain.name
    assert sorted(Mailbox.objects.values_list("address", "status")) == [
        ("info@xn--mller-kva.example", MailboxStatus.ACTIVE),
        ("sales@xn--mller-kva.example", MailboxStatus.ACTIVE),
    ]
    assert SandboxPanelMailbox.objects.count() == 2
    assert ours_not_done() == 0
    assert OutboxEvent.objects.filter(name="provisioning.service_activated").count() == 3
