"""A provider that remembers what it did, misbehaves as told, and the kinds that use it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Protocol
from uuid import UUID

from ispplatform.core.clock import system_now
from ispplatform.core.errors import (
    ProviderError,
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.events import Event, publish
from ispplatform.core.models import Operation
from ispplatform.core.money import Money
from ispplatform.core.operations import (
    Guarantee,
    OperationCall,
    OperationKind,
    Receipt,
    kinds,
)
from ispplatform.core.providers import (
    ProbeReport,
    Provider,
    ProviderContext,
    SettingField,
    backends,
)
from ispplatform.core.providers.fields import FieldKind
from ispplatform.core.subjects import Subject


class LampMakers(Provider, Protocol):
    """The kind's Protocol."""

    def make(self, key: str, *, dedupe: bool) -> str: ...

    def made(self, key: str) -> str | None: ...

    def put(self, name: str, value: str) -> None: ...


@dataclass
class Counterpart:
    """The outside world of one test.

    ``fault`` is asked before and after each act: it may raise, or let other things happen.
    """

    effects: Counter[str] = field(default_factory=Counter)
    states: dict[str, str] = field(default_factory=dict)
    visible_from: dict[str, datetime] = field(default_factory=dict)
    requests: int = 0
    looked_up: int = 0
    hides_for: timedelta = timedelta(0)
    before_act: Callable[[str], None] = lambda key: None
    after_act: Callable[[str], None] = lambda key: None
    on_look_up: Callable[[str], None] = lambda key: None


world = Counterpart()


class LampWorks:
    """The back end: acts on ``world`` and obeys its deadline, like outgoing HTTP does."""

    def __init__(self, context: ProviderContext) -> None:
        self.context = context

    def probe(self) -> ProbeReport:
        return ProbeReport(account=f"works of {self.context.config['owner']}", note="ready")

    def make(self, key: str, *, dedupe: bool) -> str:
        self._act(key, lambda: self._make(key, dedupe=dedupe))
        return f"lamp-{key}"

    def made(self, key: str) -> str | None:
        world.looked_up += 1
        world.on_look_up(key)
        visible = world.effects[key] and world.visible_from[key] <= system_now()
        return f"lamp-{key}" if visible else None

    def put(self, name: str, value: str) -> None:
        self._act(name, lambda: world.states.update({name: value}))

    def _make(self, key: str, *, dedupe: bool) -> None:
        if not (dedupe and world.effects[key]):
            world.effects[key] += 1
            world.visible_from[key] = system_now() + world.hides_for

    def _act(self, key: str, act: Callable[[], None]) -> None:
        if self.context.deadline.is_over:
            raise ProviderUnavailable("The deadline is over; nothing was sent.")
        world.requests += 1
        world.before_act(key)
        act()
        self.context.recorder.note("make", request={"key": key}, answer={"ok": True})
        world.after_act(key)


LAMP_FIELDS = {
    "config_fields": (
        SettingField(name="owner", label="Owner", default="nobody"),
        SettingField(name="url", label="Address", kind=FieldKind.URL),
    ),
    "credential_fields": (SettingField(name="api_key", label="API key", required=True),),
}


@dataclass(frozen=True, kw_only=True)
class LampLit(Event):
    """What settling an operation of these tests tells."""

    name: ClassVar[str] = "lamps.lamp_lit"
    operation_id: UUID
    reference: str


class LampKind(OperationKind):
    """What the kinds of these tests share."""

    connection_kind = "lamps"
    label = "Make lamp"
    guarantee = Guarantee.GUARDED
    heard: ClassVar[list[tuple[str, str]]] = []
    unwanted: ClassVar[set[str]] = set()
    settle_fails: ClassVar[Callable[[Operation], None]] = lambda operation: None

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        publish(
            LampLit(operation_id=operation.pk, reference=receipt.reference),
            subject=Subject(type=operation.subject_type, id=operation.subject_id),
        )
        type(self).settle_fails(operation)

    def accepted(self, operation: Operation) -> None:
        self.heard.append(("accepted", ""))

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        self.heard.append(("refused", error.message))

    def stuck(self, operation: Operation, error: ProviderError) -> None:
        self.heard.append(("stuck", error.message))

    def cancelled(self, operation: Operation) -> None:
        self.heard.append(("cancelled", operation.key))

    def restarted(self, operation: Operation) -> None:
        self.heard.append(("restarted", operation.retry_of.key))

    def is_still_wanted(self, operation: Operation) -> bool:
        return operation.key not in self.unwanted

    def money_at_stake(self, operation: Operation) -> Money:
        return Money(Decimal("9.90"), "EUR")


class Guarded(LampKind):
    """Found by asking; a second request would make a second lamp."""

    name = "lamps.make"

    def call(self, call: OperationCall) -> Receipt:
        return Receipt(reference=call.provider.make(call.operation.key, dedupe=False))

    def find(self, call: OperationCall) -> Receipt | None:
        reference = call.provider.made(call.operation.key)
        return Receipt(reference=reference) if reference else None


class Keyed(LampKind):
    """The provider knows our key again for a day and cannot be asked."""

    name = "lamps.make_keyed"
    natural_guard = "the works keep our key for a day"
    natural_guard_seconds = 86400

    def call(self, call: OperationCall) -> Receipt:
        return Receipt(reference=call.provider.make(call.operation.key, dedupe=True))


class Convergent(LampKind):
    """Puts the lamp into a state."""

    name = "lamps.put"
    guarantee = Guarantee.CONVERGENT
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        name = str(call.operation.subject_id)
        call.provider.put(name, call.operation.params["value"])
        return Receipt(reference=name)


class AtLeastOnce(LampKind):
    """Sends a message that may arrive twice."""

    name = "lamps.tell"
    guarantee = Guarantee.AT_LEAST_ONCE
    is_urgent = False

    def call(self, call: OperationCall) -> Receipt:
        return Receipt(reference=call.provider.make(call.operation.key, dedupe=False))


class Manual(LampKind):
    """Nobody but a person can tell what became of it."""

    name = "lamps.fax"
    guarantee = Guarantee.MANUAL
    refusal_needs_person = False

    def call(self, call: OperationCall) -> Receipt:
        return Receipt(reference=call.provider.make(call.operation.key, dedupe=False))


ALL_KINDS = (Guarded, Keyed, Convergent, AtLeastOnce, Manual)


def register_lamps() -> None:
    """Put the kinds and back ends of these tests into the registries of this process."""
    backends.register_kind("lamps", label="Lamp works", party="works", protocol=LampMakers)
    backends.register("lamps", "works", LampWorks, label="The works", sandbox=True, **LAMP_FIELDS)
    backends.register(
        "lamps",
        "real",
        LampWorks,
        label="Real works",
        is_live_account=lambda credentials: not credentials["api_key"].startswith("test"),
        **LAMP_FIELDS,
    )
    for kind in ALL_KINDS:
        kinds.register(kind)


def times_out(key: str) -> None:
    """Lose the answer."""
    raise ProviderOutcomeUnknown("No answer.")


def is_down(key: str) -> None:
    """Refuse the connection."""
    raise ProviderUnavailable("Connection refused.")


def refuses(key: str) -> None:
    """Answer no."""
    raise ProviderRejected("Lamps are sold out.")


def breaks(key: str) -> None:
    """Raise what nobody foresaw."""
    raise ZeroDivisionError("a bug")
