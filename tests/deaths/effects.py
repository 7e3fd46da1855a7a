"""Two effects to die at: money taken once at Stripe, and an account switched off at a panel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from billing.choices import PaymentState
from billing.models import Payment, PaymentMethod
from billing.services.payments import payment_start
from hosting.choices import AccountStatus
from hosting.models import HostingAccount, HostingServer
from ispplatform.core.models import Operation
from provisioning.services.suspension import service_suspend
from tests.billing.gateways.fake_stripe import FakeStripe
from tests.factories.billing import open_pro_forma
from tests.factories.customers import CustomerFactory
from tests.factories.hosting import HostingAccountFactory
from tests.hosting.panels.fake_cpanel import FakeCpanel, Fault
from tests.house import SYSTEM, events_arrive


class Effect(Protocol):
    """One operation of ours, and what its counterpart has of it."""

    operation: Operation

    def hang(self) -> None:
        """Have the counterpart act at the next request and keep the answer to itself."""
        ...

    def count(self) -> int:
        """Return how often it took place there."""
        ...

    def requests(self) -> int:
        """Return how often such a thing was asked for, by whatever operation."""
        ...

    def is_settled(self) -> bool:
        """Tell whether our own rows say that it took place."""
        ...


@dataclass
class Charge:
    """Guarded: money is taken exactly once."""

    stripe: FakeStripe
    payment: Payment

    def __post_init__(self) -> None:
        self.operation = Operation.objects.get(kind="billing.charge", subject_id=self.payment.pk)

    def hang(self) -> None:
        self.stripe.trouble("hangs", "/payment_intents")

    def count(self) -> int:
        keys = [
            thing["metadata"]["isp_key"]
            for thing in list(self.stripe.objects.values())
            if thing["object"] == "payment_intent" and thing["status"] == "succeeded"
        ]
        return keys.count(self.operation.key)

    def requests(self) -> int:
        return self.stripe.calls("/v1/payment_intents")

    def is_settled(self) -> bool:
        self.payment.refresh_from_db()
        return self.payment.state == PaymentState.SETTLED


@dataclass
class Switch:
    """Convergent: it may be asked for again, and the account is off afterwards."""

    panel: FakeCpanel
    account: HostingAccount

    def __post_init__(self) -> None:
        self.operation = Operation.objects.get(
            kind="hosting.account_suspend", subject_id=self.account.pk
        )

    def hang(self) -> None:
        self.panel.fail("suspendacct", Fault.HANGS_AFTER)

    def count(self) -> int:
        return int(self.panel.state.accounts[self.account.username].suspended)

    def requests(self) -> int:
        return len(self.panel.called("suspendacct"))

    def is_settled(self) -> bool:
        self.account.refresh_from_db()
        return self.account.status == AccountStatus.SUSPENDED


def charge(stripe: FakeStripe, kept: Callable[..., PaymentMethod]) -> Charge:
    """A customer pays by a kept card; nobody has asked Stripe yet."""
    customer = CustomerFactory(addressed=True)
    card = kept(customer)
    document = open_pro_forma(customer)
    return Charge(stripe, payment_start(actor=SYSTEM, document=document, payment_method=card))


def switch(panel: FakeCpanel, server: HostingServer) -> Switch:
    """A service is suspended; nobody has asked the panel yet."""
    account = HostingAccountFactory(server=server)
    made = panel.state.add(account.username, account.domain)
    account.reference = f"{made.user}@{made.started}"
    account.save(update_fields=["reference"])
    service_suspend(actor=SYSTEM, service=account.service)
    events_arrive()
    return Switch(panel, account)
