"""What a customer reads when something ends: once each, and never as merely switched off."""

from datetime import timedelta

import pytest
from django.db import transaction

from billing.services.subscriptions import subscription_cancel
from domains.models import Domain, SandboxRegistration
from domains.services.registration import read_back_start
from ispplatform.core.models import Tenant
from ispplatform.core.testing import run_until_quiet
from notifications.models import Mail
from provisioning.models import Service
from provisioning.services.suspension import service_suspend
from provisioning.services.termination import service_terminate
from provisioning.workflows.terminations import terminations_run
from tests.factories.billing import SYSTEM
from tests.house import House, house
from tests.sales.conftest import Shop, shop
from tests.sandbox.conftest import real_time
from tests.sandbox.test_renewing import bought

__all__ = ["house", "real_time", "shop"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("real_time")]
ENDS = ("provisioning.service_ending", "provisioning.service_ended")


def told() -> list[Mail]:
    """The mails about switching off and ending, oldest first."""
    kinds = [*ENDS, "provisioning.service_suspended"]
    return list(Mail.objects.filter(kind__in=kinds).order_by("created_at"))


def words(mail: Mail) -> str:
    return " ".join(mail.text.split())


def ended_now(tenant: Tenant, service: Service) -> None:
    service.refresh_from_db()
    assert service.terminate_at is not None
    service.terminate_at -= timedelta(days=30)
    service.save(update_fields=["terminate_at"])
    terminations_run(tenant)
    run_until_quiet()


def test_a_cancelled_contract_is_told_when_it_is_over_and_when_its_data_is_gone(
    shop: Shop, mail_server
):
    _, hosting = bought(shop)
    subscription_cancel(
        actor=SYSTEM, subscription_id=hosting.subscription_id, immediately=True, reason="Moved."
    )
    run_until_quiet()
    (ending,) = told()
    assert (ending.kind, ending.subject) == (
        "provisioning.service_ending",
        f"Your contract for {hosting.label} has ended",
    )
    assert "the contract was cancelled and is over now" in words(ending)
    assert "Your data is kept until" in words(ending)

    ended_now(shop.tenant, hosting)

    last = told()[-1]
    assert (last.kind, last.subject) == (ENDS[1], f"{hosting.label} has ended")


def test_a_name_that_is_gone_is_told_as_that_and_its_data_is_nobodys_matter(
    shop: Shop, mail_server
):
    domain, _ = bought(shop)
    SandboxRegistration.objects.filter(name=domain.name).delete()
    with transaction.atomic():
        read_back_start(Domain.objects.get(), actor=SYSTEM)
    run_until_quiet()

    (ending,) = told()
    assert ending.subject == f"{domain.name} is no longer registered with us"
    assert "you owe nothing for it" in words(ending)

    ended_now(shop.tenant, domain.service)
    assert told() == [ending]


def test_a_service_that_somebody_ends_is_told_so_and_in_german(shop: Shop, mail_server):
    shop.customer.language = "de"
    shop.customer.save()
    _, hosting = bought(shop)

    service_terminate(actor=SYSTEM, service=hosting, reason="They asked.")
    run_until_quiet()

    (ending,) = told()
    assert ending.subject == f"{hosting.label} endet"
    assert "Ihre Daten bleiben bis zum" in words(ending)


def test_what_stands_still_without_an_end_is_told_as_switched_off(shop: Shop, mail_server):
    _, hosting = bought(shop)
    service_suspend(actor=SYSTEM, service=hosting)
    run_until_quiet()

    assert [mail.kind for mail in told()] == ["provisioning.service_suspended"]


def test_what_was_never_set_up_ends_without_a_mail(house: House, mail_server):
    service = house.order(house.hosting_plan, domain="shop.example")
    service_terminate(actor=SYSTEM, service=service, reason="Unpaid.")
    run_until_quiet()

    assert told() == []
