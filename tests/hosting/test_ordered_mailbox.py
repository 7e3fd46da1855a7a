"""The mailbox step of a set-up: it is through with the mailbox that was ordered, and no other."""

from hosting.choices import MailboxStatus
from hosting.models import Mailbox, MailDomain
from hosting.services.mailboxes import mailbox_create
from ispplatform.core.models import AttentionItem, FaultMode, Operation
from ispplatform.core.operations.decisions import operation_retry
from ispplatform.core.testing import run_until_quiet
from provisioning.choices import ServiceStatus
from provisioning.models import Service
from provisioning.services.activation import service_activate
from tests.house import SYSTEM, House, broken


def refused_at_its_mailbox(house: House) -> Service:
    """A hosting service whose ordered mailbox ``info`` the panel refused."""
    service = house.order(house.hosting_plan, domain="shop.example", mailbox="info")
    broken(house.panel, FaultMode.REFUSED, call="create_mailbox")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()
    service.refresh_from_db()
    assert service.trouble.startswith("info@shop.example:")
    return service


def test_another_mailbox_of_the_domain_does_not_end_the_setting_up(house: House):
    service = refused_at_its_mailbox(house)

    mailbox_create(actor=SYSTEM, mail_domain=MailDomain.objects.get(), local_part="sales")
    run_until_quiet()

    assert Mailbox.objects.get(local_part="sales").status == MailboxStatus.ACTIVE
    service.refresh_from_db()
    assert service.status == ServiceStatus.PENDING
    assert service.trouble.startswith("info@shop.example:")
    assert AttentionItem.objects.get().resolved_at is None


def test_the_ordered_mailbox_ends_it_when_the_customer_adds_it(house: House):
    service = refused_at_its_mailbox(house)

    mailbox_create(actor=SYSTEM, mail_domain=MailDomain.objects.get(), local_part="info")
    run_until_quiet()

    service.refresh_from_db()
    assert (service.status, service.trouble) == (ServiceStatus.ACTIVE, "")
    assert AttentionItem.objects.get().resolved_at is not None


def test_a_refusal_of_another_mailbox_is_no_trouble_of_the_setting_up(house: House):
    service = refused_at_its_mailbox(house)
    broken(house.panel, FaultMode.REFUSED, call="create_mailbox")

    mailbox_create(actor=SYSTEM, mail_domain=MailDomain.objects.get(), local_part="sales")
    run_until_quiet()

    service.refresh_from_db()
    assert service.trouble.startswith("info@shop.example:")
    refused = Operation.objects.get(subject_label="sales@shop.example", state="rejected")
    assert AttentionItem.objects.filter(subject_id=refused.pk, resolved_at=None).exists()


def test_a_mailbox_added_to_a_mail_account_does_not_stand_for_the_ordered_one(house: House):
    service = house.order(house.email_plan, domain="letters.example", mailbox="info")
    broken(house.panel, FaultMode.REFUSED, call="create_mailbox")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()

    mailbox_create(actor=SYSTEM, mail_domain=MailDomain.objects.get(), local_part="sales")
    run_until_quiet()

    service.refresh_from_db()
    assert service.status == ServiceStatus.PENDING
    refused = Operation.objects.get(kind="hosting.mailbox_create", state="rejected")
    operation_retry(actor=SYSTEM, operation_id=refused.pk)
    run_until_quiet()
    service.refresh_from_db()
    assert (service.status, service.trouble) == (ServiceStatus.ACTIVE, "")


def test_an_address_that_is_another_services_is_shown_to_a_person(house: House):
    hosting = house.order(house.hosting_plan, domain="shop.example", mailbox="info")
    letters = house.order(house.email_plan, domain="shop.example", mailbox="info")
    for service in (hosting, letters):
        service_activate(actor=SYSTEM, service=service)
        run_until_quiet()

    letters.refresh_from_db()
    assert letters.status == ServiceStatus.PENDING
    assert letters.trouble == "info@shop.example exists already."
    assert Mailbox.objects.count() == 1
