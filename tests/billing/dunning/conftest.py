"""A company whose invoices are due on Monday, 2 March 2026, and time that stands still."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings

from billing.models import DunningCase, DunningStep, Invoice
from billing.workflows.dunning_run import dunning_run
from ispplatform.core.clock import business_now
from ispplatform.core.models import OutboxEvent, ProviderConnection
from ispplatform.core.subjects import subject_of
from ispplatform.core.testing import run_until_quiet
from notifications.models import Mail
from provisioning.models import Service
from tests.factories.billing import GatewayFactory, issued_invoice, line
from tests.factories.hosting import hosted_account
from tests.house import House, house
from tests.notifications.mail_server import MailServer, running_mail_server

__all__ = ["house"]

BERLIN = ZoneInfo("Europe/Berlin")
DUE = datetime(2026, 3, 2, 9, tzinfo=BERLIN)
ROUNDS = 10
MAILS = {
    "billing.payment_failed": "failed",
    "billing.reminder": "reminder",
    "billing.last_notice": "last notice",
    "billing.renewal_notice": "renewal notice",
    "billing.payment_received": "received",
    "provisioning.service_suspended": "suspended",
    "provisioning.service_resumed": "resumed",
}


@dataclass
class Desk:
    """What a clerk sees of unpaid invoices, and a hand on the clock."""

    house: House
    gateway: ProviderConnection
    mails: MailServer
    traveller: Any

    def go(self, day: float, hour: int = 9, minute: int = 0) -> None:
        """Go to an hour of the day so many days after the due day, and work."""
        self.at(day, hour, minute)
        self.work()

    def at(self, day: float, hour: int = 9, minute: int = 0) -> None:
        """Go there, and do nothing."""
        moment = (DUE + timedelta(days=day)).replace(hour=hour, minute=minute)
        self.traveller.move_to(moment)

    def work(self) -> int:
        """Do what beat and the workers do until nothing is due; return the steps taken."""
        taken = 0
        for _ in range(ROUNDS):
            steps = dunning_run(self.house.tenant)
            run_until_quiet()
            taken += steps
            if not steps:
                return taken
        raise AssertionError("Dunning never came to rest.")

    def hosted(self, **values: Any) -> Service:
        """Return an active hosting service of the house's customer, on the sandbox panel."""
        customer = values.pop("customer", self.house.customer)
        plan = self.house.hosting_plan
        account = hosted_account(
            service__customer=customer, service__plan=plan, server=self.house.server, **values
        )
        return account.service

    def invoice(self, *services: Service, **values: Any) -> Invoice:
        """Return an open invoice that is due on the due day; a line for each service."""
        lines = [line("10.00", subject=subject_of(service)) for service in services]
        customer = values.pop("customer", services[0].customer if services else None)
        return issued_invoice(
            customer or self.house.customer, *lines, **{"due_on": DUE.date(), **values}
        )

    def case(self, invoice: Invoice) -> DunningCase:
        """Return what is done about an invoice."""
        return DunningCase.objects.get(invoice=invoice)

    def steps(self, invoice: Invoice, state: str = "done") -> list[str]:
        """Return the keys of the steps that were taken, in their order; alike in time, by name."""
        rows = DunningStep.objects.filter(case__invoice=invoice, state=state)
        return list(rows.order_by("taken_at", "key").values_list("key", flat=True))

    def told(self) -> list[str]:
        """Return what the customers were told, in the order in which it happened."""
        places = dict(OutboxEvent.objects.values_list("id", "position"))
        mails = sorted(Mail.objects.all(), key=lambda mail: places[mail.event_id])
        return [MAILS[mail.kind] for mail in mails if mail.kind in MAILS]

    def now(self) -> datetime:
        """Return the business time."""
        return business_now(self.house.tenant)


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    """The company two weeks before the due day, with a gateway and a mail server."""
    with running_mail_server() as mails, pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "EMAIL_HOST", mails.host)
        patch.setattr(settings, "EMAIL_PORT", mails.port)
        with time_machine.travel(DUE - timedelta(days=14), tick=False) as traveller:
            yield Desk(house, GatewayFactory(), mails, traveller)
