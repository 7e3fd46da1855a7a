"""Many names: their registrars are asked, they renew by themselves or run out."""

from decimal import Decimal

from billing.models import Subscription
from billing.services.subscriptions import subscription_create, subscription_start
from domains.models import Domain
from ispplatform.core.bulk.selectors import bulk_money
from ispplatform.core.clock import business_today
from ispplatform.core.models import AuditEntry, Operation
from ispplatform.core.testing import run_until_quiet
from provisioning.models import Service
from provisioning.services.activation import service_activate
from tests.bulk import SYSTEM, done, planned, told, undone
from tests.factories.billing import price_of
from tests.factories.domains import DomainFactory, registered_domain
from tests.house import House

ASK, RENEW, RUN_OUT = "domains.read_back", "domains.auto_renew_on", "domains.auto_renew_off"
NOT_OURS = "It is not registered through us at present."


def billed_yearly(service: Service) -> Subscription:
    """Let the name be billed by a subscription that began today."""
    price = price_of("9.00", cycle="yearly", renewal_amount=Decimal("14.00"))
    row = subscription_create(actor=SYSTEM, customer=service.customer, price=price, label="Name")
    subscription_start(actor=SYSTEM, subscription_id=row.pk, on=business_today(service.tenant))
    Service.objects.filter(pk=service.pk).update(subscription=row)
    return row


def renewing() -> dict[str, bool]:
    return dict(Domain.objects.values_list("name", "auto_renew"))


def test_registrars_are_asked_and_what_is_not_registered_is_left_out(tenant):
    held, failed = registered_domain(read_at=None), DomainFactory(status="failed")

    run = planned(ASK, [held, failed])

    assert told(run) == [("planned", ""), ("skipped", NOT_OURS)]
    assert not Operation.objects.exists()
    assert told(done(run))[0] == ("done", "The registrar is being asked.")
    run_until_quiet()
    held.refresh_from_db()
    assert held.read_at is not None


def test_names_run_out_with_the_subscription_behind_them_and_undoing_lets_them_renew(house: House):
    service = house.order(house.domain_plan, domain="shop.example", years=1)
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()
    sold = Domain.objects.get()
    billed = billed_yearly(service)
    alone, resting = registered_domain(), registered_domain(auto_renew=False)

    run = planned(RUN_OUT, [sold, alone, resting])

    assert [sentence for _, sentence in told(run)] == ["", "", "It is so already."]
    assert [str(one) for one in bulk_money(run)] == ["14.00 EUR"]
    done(run, "the portfolio is sold")
    assert set(renewing().values()) == {False}
    billed.refresh_from_db()
    assert billed.auto_renew is False
    assert AuditEntry.objects.filter(act="domains.domain_set_auto_renew").count() == 2

    undone(run)
    billed.refresh_from_db()
    assert billed.auto_renew is True
    assert renewing() == {sold.name: True, alone.name: True, resting.name: False}


def test_what_somebody_switched_since_is_left_as_it_is(tenant):
    first, second = registered_domain(auto_renew=False), registered_domain(auto_renew=False)
    run = done(planned(RENEW, [first, second]))
    assert set(renewing().values()) == {True}
    Domain.objects.filter(pk=first.pk).update(auto_renew=False)
    assert told(undone(run)) == [
        ("skipped", "It is so already."),
        ("done", "It is as it was before."),
    ]
