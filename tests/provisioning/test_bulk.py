"""Many services stand still, and work again."""

from hosting.models import SandboxPanelAccount
from ispplatform.core.testing import run_until_quiet
from provisioning.choices import ReasonKind
from provisioning.models import Service, ServiceReason
from provisioning.services.activation import service_activate
from provisioning.services.suspension import service_suspend
from tests.bulk import SYSTEM, done, planned, told, undone
from tests.factories.provisioning import ServiceFactory
from tests.house import House

SUSPEND, RESUME = "provisioning.services_suspend", "provisioning.services_resume"
STAFF = {"kind": "staff"}


def hosted(house: House) -> Service:
    service = house.order(house.hosting_plan, domain="shop.example")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()
    service.refresh_from_db()
    return service


def is_off() -> bool:
    run_until_quiet()
    return SandboxPanelAccount.objects.get().is_suspended


def test_services_are_suspended_at_the_panel_and_undoing_lets_them_work_again(house: House):
    service = hosted(house)
    pending = ServiceFactory()

    run = planned(SUSPEND, [service, pending], STAFF)
    assert run.label == "Suspend: Staff decision"
    assert told(run) == [("planned", ""), ("skipped", "It does not run.")]
    assert is_off() is False
    done(run, "spam from here")
    assert is_off() is True
    assert ServiceReason.objects.get(closed_at=None).text == "spam from here"

    undone(run)
    assert is_off() is False
    assert not ServiceReason.objects.filter(closed_at=None).exists()


def test_resuming_closes_one_sort_of_reason_and_undoing_opens_it_as_it_was(house: House):
    service = hosted(house)
    service_suspend(actor=SYSTEM, service=service, kind=ReasonKind.ABUSE, text="phishing")
    held = ServiceFactory(active=True)
    service_suspend(actor=SYSTEM, service=held, kind=ReasonKind.UNPAID, text="D+7")

    run = done(planned(RESUME, [service, held], {"kind": "abuse"}))
    assert told(run) == [
        ("done", "The reason is closed."),
        ("skipped", "It stands still for another reason."),
    ]
    assert is_off() is False
    undone(run)
    assert is_off() is True
    assert ServiceReason.objects.get(service=service, closed_at=None).text == "phishing"
