"""What a kind of operation says about itself: how to call, look up, settle; its guarantee."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from ispplatform.core.backoff import Backoff
from ispplatform.core.errors import InvalidInput, ProviderError, ProviderRejected
from ispplatform.core.http import Deadline, ExchangeRecorder
from ispplatform.core.models.operations import Operation
from ispplatform.core.money import Money


class Guarantee(StrEnum):
    """What repeating an effect means."""

    GUARDED = "guarded"  # exactly once: by the provider's key, a natural guard, or a look-up
    CONVERGENT = "convergent"  # may be repeated, ends in the same state
    AT_LEAST_ONCE = "at least once"  # carries a stable id that the receiver can know again
    MANUAL = "manual"  # none of these: an unknown outcome stops for a person


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What the provider said when the effect took place.

    Args:
        reference: the provider's own id of it.
        data: plain values that ``settle`` needs, without secrets; JSON must be able to hold them.
    """

    reference: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationCall:
    """One attempt, as ``call`` and ``find`` get it.

    Args:
        operation: the row; ``operation.key`` is the idempotency key, the same in every attempt.
        provider: the back end of the operation's connection, None for a kind without one. It
            keeps the deadline and records its exchanges with this operation.
        deadline: when the call must be over.
        recorder: for what is said to others than ``provider``.
        is_repeat: whether an earlier attempt may have been sent.
    """

    operation: Operation
    provider: Any
    deadline: Deadline
    recorder: ExchangeRecorder
    is_repeat: bool


class OperationHooks:
    """What a kind may add where an operation ends otherwise than well; by default nothing."""

    def accepted(self, operation: Operation) -> None:
        """Write what follows when the provider decides later, in the engine's transaction.

        Runs once for each request; ``operation.accepted_at`` says since when.
        """

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        """Write what follows from a definite refusal, in the engine's transaction."""

    def stuck(self, operation: Operation, error: ProviderError) -> None:
        """Write what follows when a person has to look, in the engine's transaction."""

    def cancelled(self, operation: Operation) -> None:
        """Write what follows when it is cancelled by staff, or not wanted any more.

        Runs in the transaction that cancels it.
        """

    def restarted(self, operation: Operation) -> None:
        """Write what follows when staff try a refused one again, in the service's transaction.

        ``operation`` is the new one; ``operation.retry_of`` was refused.

        Raises:
            OperationNotWanted: it would be wrong by now; nothing is started.
        """


class OperationKind(OperationHooks, ABC):
    """One kind of effect; an app subclasses it and registers the class in its ``wiring.py``.

    Class attributes:
        name: ``app.what_it_does``; rows keep it.
        label: what staff read, for example "Register domain".
        guarantee: see ``Guarantee``; a system check insists on it.
        natural_guard: for a guarded kind without ``find``: what makes a second request harmless,
            in words ("Stripe keeps our Idempotency-Key"). Its ``call`` then returns the receipt
            of the first when the provider says that it happened already.
        natural_guard_seconds: how long that holds after the first request; None for ever.
        connection_kind: kind of provider it needs; empty for none.
        call_deadline_seconds: ``call`` and ``find`` are over after this; at most 250.
        lease_seconds: after this another worker may take over; above twice the deadline.
        visibility_delay_seconds: how long after the deadline the provider may still not show what
            it did: until then a ``find`` that finds nothing proves nothing.
        patience_seconds: how long after the first request a provider may still be deciding on
            what it accepted (``ProviderPending``) before a person is asked.
        backoff, max_attempts: how often and when it is tried before a person is asked.
        in_order: operations of such kinds about one subject run one after another, as decided.
            Convergent kinds need that: a late *suspend* must not undo a *resume*.
        refusal_needs_person: whether a refusal is shown to staff (a declined card is not).
        is_urgent: whether staff are mailed at once when it needs a person (money and domains),
            or find it in the daily digest. Mails themselves are never urgent.
        opens_circuit: whether its failures count against the connection. Not those of kinds that
            only look: what they read must never hold up what has to be done.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    guarantee: ClassVar[Guarantee]
    natural_guard: ClassVar[str] = ""
    natural_guard_seconds: ClassVar[int | None] = None
    connection_kind: ClassVar[str] = ""
    call_deadline_seconds: ClassVar[float] = 30.0
    lease_seconds: ClassVar[float] = 90.0
    visibility_delay_seconds: ClassVar[float] = 30.0
    patience_seconds: ClassVar[int] = 3 * 86_400
    backoff: ClassVar[Backoff] = Backoff(first_seconds=10, factor=3, cap_seconds=3600)
    max_attempts: ClassVar[int] = 10
    in_order: ClassVar[bool] = False
    refusal_needs_person: ClassVar[bool] = True
    is_urgent: ClassVar[bool] = True
    opens_circuit: ClassVar[bool] = True

    @abstractmethod
    def call(self, call: OperationCall) -> Receipt:
        """Do it, outside any transaction, with ``call.operation.key`` as idempotency key.

        Raises:
            ProviderUnavailable: nothing was sent; it is tried again later.
            ProviderRejected: the provider refused; final.
            ProviderPending: accepted, and decided later; with the provider's ``reference``, which
                is kept in ``operation.provider_reference`` for the next look.
            ProviderOutcomeUnknown: it may have happened; it is looked up before anything else.
        """

    def find(self, call: OperationCall) -> Receipt | None:
        """Return the receipt of an earlier request of this operation, or None if none happened.

        Override it wherever the provider can be asked; the base class cannot.

        Raises:
            ProviderPending: the provider has it and has not decided yet.
            ProviderRefusedLater: it was accepted and then refused; this ends the operation.
            ProviderUnavailable, ProviderRejected, ProviderOutcomeUnknown: it cannot be told now.
        """
        return None

    @abstractmethod
    def settle(self, operation: Operation, receipt: Receipt) -> None:
        """Write what follows from success, with audit and event, in the engine's transaction.

        Runs at most once per operation, possibly with a receipt from ``find`` or from a person.
        """

    def is_still_wanted(self, operation: Operation) -> bool:
        """Tell whether the effect is still to be had; asked right before it is sent."""
        return True

    def refusal_is_shown(self, operation: Operation) -> bool:
        """Tell whether a refusal puts the operation before staff; asked before ``refused``."""
        return self.refusal_needs_person

    def money_at_stake(self, operation: Operation) -> Money | None:
        """Return what staff should see beside it when it needs a person."""
        return None

    @property
    def can_find(self) -> bool:
        """Whether this kind can look an earlier request up."""
        return type(self).find is not OperationKind.find

    def shortcomings(self) -> list[str]:
        """Return what is wrong with the declaration; a system check shows it."""
        needed = ("name", "label", "guarantee")
        wrong = [f"declares no {name}" for name in needed if not getattr(self, name, "")]
        guarded = getattr(self, "guarantee", None) is Guarantee.GUARDED
        if guarded and not self.can_find and not self.natural_guard:
            wrong.append("is guarded, but has neither find() nor a natural guard")
        if self.lease_seconds <= 2 * self.call_deadline_seconds:
            wrong.append("has a lease of not more than twice its call deadline")
        if not 0 < self.call_deadline_seconds <= 250:
            wrong.append("has a call deadline beyond 250 s, where the worker is stopped")
        if getattr(self, "guarantee", None) is Guarantee.CONVERGENT and not self.in_order:
            wrong.append("is convergent, but not in order: an older state could win")
        return wrong


class OperationKinds:
    """The registry; each app fills it from its ``wiring.py``."""

    def __init__(self) -> None:
        self._kinds: dict[str, OperationKind] = {}

    def register(self, kind: type[OperationKind]) -> None:
        """Add a kind. Raises ValueError when another class has its name."""
        known = self._kinds.get(kind.name)
        if known is not None and type(known) is not kind:
            raise ValueError(f"The operation kind {kind.name} is registered twice.")
        self._kinds[kind.name] = kind()

    def get(self, name: str) -> OperationKind:
        """Return a kind. Raises InvalidInput when nobody registered it."""
        if name not in self._kinds:
            raise InvalidInput(f"There is no kind of operation {name}.", field="kind")
        return self._kinds[name]

    def known(self, name: str) -> OperationKind | None:
        """Return a kind, or None when this release lacks it."""
        return self._kinds.get(name)

    def all(self) -> list[OperationKind]:
        """Return every kind, by name."""
        return [self._kinds[name] for name in sorted(self._kinds)]

    def label_of(self, name: str) -> str:
        """Return what staff call a kind; its name when this release lacks it."""
        known = self._kinds.get(name)
        return known.label if known else name


kinds = OperationKinds()
