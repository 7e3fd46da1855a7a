"""One sale of one seed: what is bought, how it is paid, and the dice that decide what breaks.

A crash is an exception that nothing in the product catches. It takes the open transaction with it
and leaves the rest as a dead process would. It comes at the named points of the engine, or at any
statement to the database, whoever sends it: a worker, the beat, a request.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Min

from billing.choices import PaymentMethodKind, PaymentState
from billing.models import Document, Payment, PaymentMethod
from billing.selectors.payments import UNDERWAY
from billing.services.payments import payment_cancel, payment_record, payment_start
from billing.services.refunds import refund_start
from billing.services.sandbox import sandbox_charge_answer
from billing.workflows.payment_checks import payments_check_due
from customers.models import Customer
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.attention.selectors import attention_items_of_customer
from ispplatform.core.clock import system_now
from ispplatform.core.errors import PlatformError
from ispplatform.core.events.delivery import (
    deliveries_due,
    deliveries_take_for_queueing,
    lane_run,
)
from ispplatform.core.events.dispatch import dispatch_batch, tenants_with_undispatched
from ispplatform.core.models import (
    EventDelivery,
    FaultMode,
    Operation,
    OutboxEvent,
    ProviderConnection,
    SandboxFault,
)
from ispplatform.core.operations import failpoints
from ispplatform.core.operations.claiming import operations_due, operations_take_for_queueing
from ispplatform.core.operations.decisions import operation_retry
from ispplatform.core.operations.engine import operation_run
from provisioning.models import Service
from provisioning.services.activation import service_retry
from sales.models import Cart, Order
from sales.services.carts import cart_line_add, cart_open
from sales.services.orders import order_place
from sales.workflows.follow_up import unpaid_orders_run
from tests.factories.billing import AUTHENTICATES, LATE, SUCCEEDS, kept_card
from tests.factories.customers import CustomerFactory
from tests.sales.conftest import Shop

ROUNDS_MAX = 400
TRIES_OF_PEOPLE = 2
OPERATOR = Actor(
    type=ActorType.USER,
    id="operator",
    label="ops@northwind.example",
    permissions=frozenset(
        {
            "operations:manage",
            "operations:retry",
            "services:activate",
            "payments:cancel",
            "payments:refund",
        }
    ),
)
OPEN_OPERATIONS = ("pending", "running", "unknown")
OPEN_DELIVERIES = ("waiting", "running")
WRITES_AND_READS = ("SELECT", "INSERT", "UPDATE", "DELETE")
OVER_AND_UNPAID = (PaymentState.FAILED, PaymentState.CANCELLED)
SHAPES = ("name", "hosting", "mailbox", "hosting with name", "everything")
PAYMENTS = ("card", "card", "card confirmed at the bank", "late card", "transfer")
CALLS = {
    "registrar": ["register", "find_registration", "info"],
    "dns": ["read_zone", "create_zone", "change_zone"],
    "panel": ["create_account", "find_account", "usage", "create_mailbox", "find_mailbox"],
    "payments": ["charge", "find_charge", "read_charge", "cancel_charge", "refund", "find_refund"],
}
MODES = (
    FaultMode.UNAVAILABLE,
    FaultMode.BROKEN,
    FaultMode.BROKEN,
    FaultMode.ANSWER_LOST,
    FaultMode.ANSWER_LOST,
    FaultMode.REFUSED,
)


class Crash(BaseException):
    """The process is dead."""


@dataclass
class Sale:
    """The sale of one seed.

    Attributes:
        faults_left: how many faults may still happen; every schedule comes to rest.
        sweeps_only: the broker loses every message.
        meddling: what staff do meanwhile is thrown with dice of their own.
        gave_up: staff gave a payment up; its charge may go through, and another one too.
        told: what happened, for whoever looks at a failing seed.
    """

    seed: int
    shop: Shop
    clock: Any
    dice: random.Random = field(init=False)
    faults_left: int = 0
    depth: int = 0
    processes: int = 0
    sweeps_only: bool = False
    meddling: random.Random = field(init=False)
    acts_left: int = 0
    gave_up: bool = False
    told: list[str] = field(default_factory=list)
    rounds: int = 0
    customer: Customer = field(init=False)
    cart: Cart = field(init=False)
    card: PaymentMethod = field(init=False)
    order: Order = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.shape = self.dice.choice(SHAPES)
        self.payment = self.dice.choice(PAYMENTS)
        self.name = f"sale-{self.seed}.example"
        self.sweeps_only = self.dice.random() < 0.3
        self.is_impatient = self.dice.random() < 0.3
        self.is_paid_twice = self.dice.random() < 0.1
        self._prepare()
        self.faults_left = self.dice.randint(1, 10)
        self.meddling = random.Random(f"staff {self.seed}")
        self.acts_left = self.meddling.choice([0, 0, 1, 3])

    def __str__(self) -> str:
        ways = [self.shape, self.payment, *(["sweeps only"] if self.sweeps_only else [])]
        return f"seed {self.seed} ({', '.join(ways)}): {'; '.join(self.told)}"

    def play(self) -> None:
        """Order, pay, and work until nothing is left to do.

        Raises:
            AssertionError: it never comes to rest.
        """
        with self.breaking():
            self.order = self.surely(self._ordered)
            self.surely(self._paid)
            self._others_pay()
            self.work_until_quiet()

    def work_until_quiet(self) -> None:
        """Let workers, beat, customer and staff go on until nothing is due any more."""
        for _ in range(ROUNDS_MAX):
            self.rounds += 1
            self._work_once()
            self._customer_confirms()
            self._staff_act()
            self.as_process(payments_check_due)
            if self.dice.random() < 0.2:
                self.as_process(lambda: unpaid_orders_run(tenant=self.shop.tenant))
            due_at = self._next_due()
            if due_at is None:
                return
            later = timedelta(seconds=self.dice.choice([1, 1, 15, 70, 300, 3600]))
            self.clock.move_to(max(due_at, system_now()) + later)
            self._break_a_counterpart()
        raise AssertionError(f"{self}: still busy after {ROUNDS_MAX} rounds: {self.waiting()}")

    def people_act(self) -> None:
        """Have everything work again, and staff press *try again* wherever something waits."""
        self.faults_left = 0
        SandboxFault.objects.all().delete()
        for _ in range(TRIES_OF_PEOPLE):
            self.clock.shift(timedelta(hours=2))  # every circuit has closed, every lease is over
            acts = [self._retry_services, self._retry_operations]
            if self.dice.random() < 0.5:
                acts.reverse()
            for act in acts:
                act()
                self.work_until_quiet()

    def _retry_operations(self) -> None:
        shown = attention_items_of_customer(self.customer.pk).values_list("subject_id", flat=True)
        for operation in Operation.objects.filter(pk__in=list(shown), retries=None):
            self._allowed(
                lambda row=operation: operation_retry(actor=OPERATOR, operation_id=row.pk)
            )

    def _retry_services(self) -> None:
        for service in Service.objects.filter(customer=self.customer).exclude(trouble=""):
            service_retry(actor=OPERATOR, service=service)

    def _next_due(self) -> datetime | None:
        """Return when the next work is due that no person holds up, or None when all is done."""
        if OutboxEvent.objects.filter(dispatched_at=None).exists():
            return system_now()
        operations = Operation.objects.filter(state__in=OPEN_OPERATIONS)
        deliveries = EventDelivery.objects.filter(state__in=OPEN_DELIVERIES)
        times = [
            operations.aggregate(at=Min("queue_after"))["at"],
            deliveries.aggregate(at=Min("queue_after"))["at"],
            self.payments().aggregate(at=Min("next_check_at"))["at"],
        ]
        return min((at for at in times if at is not None), default=None)

    def waiting(self) -> list[tuple[Any, ...]]:
        """Return the operations that are still open."""
        rows = Operation.objects.filter(state__in=OPEN_OPERATIONS)
        return list(rows.values_list("kind", "state", "attempt", "error_message"))

    def payments(self) -> Any:
        """Return the payments of this sale's customer."""
        return Payment.objects.filter(customer=self.customer)

    # What breaks

    def fails(self, chance: float) -> bool:
        """Throw the dice, as long as there are faults left to happen."""
        if self.faults_left <= 0 or self.dice.random() >= chance:
            return False
        self.faults_left -= 1
        return True

    @contextmanager
    def breaking(self) -> Iterator[None]:
        """Let processes die at the engine's points and at any statement."""
        with failpoints.installed(self._at_point), connection.execute_wrapper(self._at_statement):
            yield

    def _at_point(self, point: str) -> None:
        if self.fails(0.08):
            self.told.append(f"killed at {point}")
            raise Crash(point)
        # The transaction of "settling" is open: nobody else could see into it.
        if point != "settling" and self.depth == 0 and self.fails(0.08):
            self._stall(point)

    def _at_statement(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if self.processes and sql.startswith(WRITES_AND_READS) and self.fails(0.002):
            self.told.append(f"killed before {sql[:60]}")
            raise Crash(sql[:60])
        return execute(sql, params, many, context)

    def _stall(self, point: str) -> None:
        """Sleep, maybe beyond the lease, while other workers do everything that is due."""
        seconds = self.dice.choice([5, 95, 400])
        self.told.append(f"stalled {seconds} s at {point}")
        self.clock.shift(timedelta(seconds=seconds))
        self.depth += 1
        try:
            for operation_id in operations_due():
                self.as_process(lambda row=operation_id: operation_run(row))
        finally:
            self.depth -= 1

    def _break_a_counterpart(self) -> None:
        if not self.fails(0.35):
            return
        broken = self.dice.choice(list(ProviderConnection.objects.order_by("kind")))
        mode = self.dice.choice(MODES)
        until, call = None, ""
        if mode is not FaultMode.REFUSED and self.dice.random() < 0.3:
            until = system_now() + timedelta(hours=1)
        elif self.dice.random() < 0.6:
            call = self.dice.choice(CALLS[broken.kind])
        self.told.append(
            f"{broken.kind} {call or 'calls'}: {mode}{' for an hour' if until else ''}"
        )
        SandboxFault.objects.create(
            connection=broken,
            mode=mode,
            call=call,
            remaining=self.dice.choice([1, 1, 2, 5]),
            until=until,
        )

    # Who acts

    def as_process(self, act: Callable[[], Any]) -> Any:
        """Run something as a process of its own, which may die."""
        self.processes += 1
        try:
            return act()
        except Crash:
            return None
        finally:
            self.processes -= 1

    def surely(self, act: Callable[[], Any]) -> Any:
        """Repeat a request until it was answered, as a person does."""
        answers: list[Any] = []
        while not answers:
            self.as_process(lambda: answers.append(act()))
        return answers[0]

    def _work_once(self) -> None:
        """Let every message arrive that is on its way, some twice, in any order."""
        if self.sweeps_only:
            if tenants_with_undispatched():
                self.as_process(dispatch_batch)
            deliveries = [pk for _, pk in self.as_process(deliveries_take_for_queueing) or []]
            operations = [pk for _, pk in self.as_process(operations_take_for_queueing) or []]
        else:
            self.as_process(dispatch_batch)
            deliveries, operations = deliveries_due(), operations_due()
        messages = [(lane_run, pk) for pk in deliveries] + [
            (operation_run, pk) for pk in operations
        ]
        messages += [one for one in messages if self.dice.random() < 0.2]
        self.dice.shuffle(messages)
        for run, row in messages:
            self.as_process(lambda run=run, row=row: run(row))

    def _prepare(self) -> None:
        self.customer = CustomerFactory(addressed=True, phone="+49 30 1234567")
        numbers = {"card confirmed at the bank": AUTHENTICATES, "late card": LATE}
        number = numbers.get(self.payment, SUCCEEDS)
        self.card = kept_card(self.customer, self.shop.gateway, number)
        self.cart = cart_open(customer=self.customer)
        mailbox = {"mailbox": "info"}
        if self.shape == "name":
            self._wish(self.shop.domain_plan, "yearly", domain_name=self.name)
        if self.shape == "hosting":
            self._wish(
                self.shop.hosting_plan,
                "monthly",
                domain_mode="own",
                domain_name=self.name,
                configuration=mailbox,
            )
        if self.shape in {"hosting with name", "everything"}:
            self._wish(
                self.shop.hosting_plan, "monthly", domain_mode="register", domain_name=self.name
            )
        if self.shape in {"mailbox", "everything"}:
            self._wish(
                self.shop.email_plan, "monthly", domain_name=self.name, configuration=mailbox
            )

    def _wish(self, plan: Any, cycle: str, **values: Any) -> None:
        cart_line_add(cart=self.cart, plan=plan, cycle=cycle, **values)

    @property
    def buyer(self) -> Actor:
        """The customer's own log-in."""
        return Actor(
            type=ActorType.CUSTOMER,
            id=str(self.customer.pk),
            label=self.customer.email,
            customer_id=self.customer.pk,
            permissions=frozenset({"own_orders:create", "own_payments:create"}),
        )

    def _ordered(self) -> Order:
        placed = Order.objects.filter(cart=self.cart).first()
        return placed or order_place(
            actor=self.buyer, cart=self.cart, customer=self.customer, accepted=["terms"]
        )

    @property
    def document(self) -> Document:
        """The pro-forma of the order."""
        proforma = self.order.proforma
        assert proforma is not None
        return proforma

    def _paid(self) -> Payment:
        if self.payment == "transfer":
            return self._transferred("first")
        return payment_start(
            actor=self.buyer,
            document=self.document,
            payment_method=self.card,
            idempotency_key=f"pay-{self.seed}",
        )

    def _transferred(self, key: str, amount: Decimal | None = None) -> Payment:
        return payment_record(
            actor=Actor.system("bank statement"),
            customer=self.customer,
            amount=amount or self.order.gross,
            reference="transfer",
            document=self.document,
            idempotency_key=f"transfer-{self.seed}-{key}",
        )

    def _others_pay(self) -> None:
        """Press the button again, from another window; or have staff record the money as well."""
        if self.is_impatient and self.payment != "transfer":
            self.told.append("paid from two windows")
            for key in (f"pay-{self.seed}", f"second-{self.seed}"):
                try:
                    self.surely(
                        lambda key=key: payment_start(
                            actor=self.buyer,
                            document=self.document,
                            payment_method=self.card,
                            idempotency_key=key,
                        )
                    )
                except PlatformError as refusal:
                    self.told.append(refusal.code)
        if self.is_paid_twice:
            self.told.append("staff record the money as well")
            self.surely(lambda: self._transferred("second"))

    def _staff_act(self) -> None:
        """Give up, send back, try again: whatever staff might press while it goes on."""
        if not self.acts_left or self.meddling.random() >= 0.3:
            return
        act = self.meddling.choice(
            [self._give_up, self._send_back, self._try_again, self._pay_anew]
        )
        if act():
            self.acts_left -= 1

    def _allowed(self, act: Callable[[], Any]) -> bool:
        """Let somebody press a button; a refusal is an answer."""
        try:
            self.as_process(act)
        except PlatformError as refusal:
            self.told.append(refusal.code)
            return False
        return True

    def _give_up(self) -> bool:
        payment = self.payments().filter(state__in=UNDERWAY).first()
        if payment is None:
            return False
        self.told.append(f"staff give a payment up that is {payment.state}")
        self.gave_up = True
        return self._allowed(
            lambda: payment_cancel(actor=OPERATOR, payment=payment, reason="Customer called")
        )

    def _send_back(self) -> bool:
        card = PaymentMethodKind.CARD
        payment = self.payments().filter(state=PaymentState.SETTLED, method=card).first()
        if payment is None or payment.amount_settled == payment.amount_refunded:
            return False
        left = payment.amount_settled - payment.amount_refunded
        amount = self.meddling.choice([left, min(left, Decimal("1.00"))])
        self.told.append(f"staff send {amount} back")
        return self._allowed(
            lambda: refund_start(actor=OPERATOR, payment=payment, reason="Asked", amount=amount)
        )

    def _try_again(self) -> bool:
        shown = attention_items_of_customer(self.customer.pk).values_list("subject_id", flat=True)
        refused = Operation.objects.filter(pk__in=list(shown), retries=None).order_by("pk")
        operation = refused.filter(kind__startswith="billing.").first()
        if operation is None:
            return False
        self.told.append(f"staff try {operation.kind} again")
        return self._allowed(lambda: operation_retry(actor=OPERATOR, operation_id=operation.pk))

    def _pay_anew(self) -> bool:
        if self.payments().exclude(state__in=OVER_AND_UNPAID).exists():
            return False
        self.told.append("the customer pays anew")
        key = f"anew-{self.seed}-{self.payments().count()}"
        return self._allowed(
            lambda: payment_start(
                actor=self.buyer,
                document=self.document,
                payment_method=self.card,
                idempotency_key=key,
            )
        )

    def _customer_confirms(self) -> None:
        """Answer the bank where it asks, sometimes twice, or after having come back already."""
        for payment in self.payments().filter(state=PaymentState.REQUIRES_ACTION):
            for _ in range(self.dice.choice([0, 1, 1, 2])):
                self.as_process(
                    lambda reference=payment.gateway_reference: sandbox_charge_answer(
                        reference=reference, approved=True
                    )
                )
