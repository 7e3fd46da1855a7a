"""What every back end of every kind is given and can do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from ispplatform.core.http import Deadline, ExchangeRecorder, OutgoingHttp


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderContext:
    """All that a back end may use; it keeps nothing between calls and reads no settings.

    Args:
        config: the connection's settings, complete with defaults.
        credentials: the connection's secrets; never log or return them.
        http: the client to use; it keeps the deadline and records every exchange.
        recorder: for exchanges that are not HTTP: ``recorder.note("EPP domain:info", ...)``.
        deadline: when the call must be over.
        business_now: the tenant's business time, which sandbox back ends live in.
    """

    connection_id: UUID
    tenant_id: UUID
    config: Mapping[str, Any]
    credentials: Mapping[str, Any]
    http: OutgoingHttp
    recorder: ExchangeRecorder
    deadline: Deadline
    business_now: Callable[[], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeReport:
    """What a provider says about an account, read without changing anything.

    Args:
        account: whose account it is, as the provider names it.
        is_live: whether things done there are real; None when the provider does not tell.
        balance: prepaid money left, with ``currency``; None where there is none.
        clock_difference_seconds: provider's clock minus ours; None when unknown.
        note: a sentence for staff, for example the version of a panel.
    """

    account: str
    is_live: bool | None = None
    balance: Decimal | None = None
    currency: str = ""
    clock_difference_seconds: int | None = None
    note: str = ""

    @property
    def sentence(self) -> str:
        """The report in one line."""
        parts = [self.account]
        if self.is_live is not None:
            parts.append("live account" if self.is_live else "test account")
        if self.balance is not None:
            parts.append(f"balance {self.balance} {self.currency}".rstrip())
        if self.clock_difference_seconds:
            parts.append(f"its clock differs by {self.clock_difference_seconds} s")
        if self.note:
            parts.append(self.note)
        return ", ".join(parts)


@runtime_checkable
class Provider(Protocol):
    """The base of every kind's Protocol."""

    def __init__(self, context: ProviderContext) -> None: ...

    def probe(self) -> ProbeReport:
        """Tell who the account is. Read-only.

        Raises:
            ProviderUnavailable: it cannot be reached.
            ProviderRejected: it refuses the credentials.
        """
        ...
