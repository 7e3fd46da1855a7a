"""The sandbox registrar: sells any name offline, and remembers what it sold.

Some labels behave in a way of their own, so that every path can be tried by hand:

* ``taken…`` is registered by somebody else, ``premium…`` costs extra, ``reserved…`` is reserved;
* ``refused…`` is free until it is ordered, then the registry says no;
* ``silent…`` gets no answer to the question whether it is free;
* ``slow…`` is registered two minutes after its order was accepted;
* ``failing…`` is accepted, and refused when the registrar is asked again.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction

from domains.models.sandbox import SandboxRegistrarEntry, SandboxRegistration
from domains.providers.registrars.base import (
    Availability,
    AvailabilityStatus,
    ChangeReceipt,
    Progress,
    RegistrarDomain,
    RegistrationOrder,
    RegistrationReceipt,
    RegistrationState,
    RenewalOrder,
)
from domains.rules.registrants import ContactDetails
from domains.rules.terms import MAX_YEARS, years_later
from ispplatform.core.errors import ProviderRejected
from ispplatform.core.money import from_minor
from ispplatform.core.providers import ProbeReport, ProviderContext, SettingField
from ispplatform.core.providers.fields import FieldKind
from ispplatform.core.sandbox import sandbox_call

CURRENCY = "EUR"
CONFIG_FIELDS = (
    SettingField(
        name="balance",
        label="Prepaid balance in EUR",
        kind=FieldKind.NUMBER,
        default=100_000,
        help="What the account holds before the first registration.",
    ),
    SettingField(
        name="price_per_year", label="Price of a year in EUR", kind=FieldKind.NUMBER, default=8
    ),
)
_PREFIXES = (
    ("taken", AvailabilityStatus.TAKEN),
    ("premium", AvailabilityStatus.PREMIUM),
    ("reserved", AvailabilityStatus.RESERVED),
    ("silent", AvailabilityStatus.UNKNOWN),
)


SLOW_FOR = timedelta(minutes=2)
_ON_ITS_WAY = "The registry has the order and has not decided yet."
_FAILING = "failing:"  # begins the reference of what will be refused


class SandboxRegistrar:
    """A registrar whose counterpart is a few tables of this installation."""

    def __init__(self, context: ProviderContext) -> None:
        self.context = context
        self._registrations = SandboxRegistration.objects.filter(
            connection_id=context.connection_id
        )

    def probe(self) -> ProbeReport:
        """Tell who the account is."""
        with sandbox_call(self.context, "probe", request={}, changes=False):
            return ProbeReport(
                account="Sandbox registrar",
                is_live=False,
                balance=self._balance(),
                currency=CURRENCY,
                clock_difference_seconds=0,
            )

    def check(self, names: Sequence[str]) -> list[Availability]:
        """Return whether names are free."""
        request = {"names": list(names)}
        with sandbox_call(self.context, "check", request=request, changes=False) as call:
            held = set(self._registrations.filter(name__in=names).values_list("name", flat=True))
            answers = [self._availability(name, name in held) for name in names]
            call.answer = {one.name: one.status for one in answers}
            return answers

    def register(self, order: RegistrationOrder) -> RegistrationReceipt:
        """Register a name that is free."""
        request = {"name": order.name, "years": order.years, "key": order.idempotency_key}
        with sandbox_call(self.context, "register", request=request) as call:
            if not 1 <= order.years <= MAX_YEARS:
                raise ProviderRejected(f"{order.years} years: 1 to {MAX_YEARS} can be had.")
            if len(order.name_servers) < 2:
                raise ProviderRejected("A name needs two name servers.")
            answer = self._availability(order.name, held=False)
            if answer.status is not AvailabilityStatus.AVAILABLE or _label(order.name).startswith(
                "refused"
            ):
                raise ProviderRejected(f"The registry refuses {order.name}.")
            if _label(order.name).startswith("failing"):
                return _pending(f"{_FAILING}{order.name}")
            row = self._registered(order)
            call.answer = {"reference": row.pk, "expires_at": row.expires_at}
            return self._receipt(row)

    def find_registration(self, order: RegistrationOrder) -> RegistrationReceipt | None:
        """Return what an earlier attempt at this order did."""
        request = {"name": order.name, "key": order.idempotency_key}
        with sandbox_call(
            self.context, "find_registration", request=request, changes=False
        ) as call:
            row = self._registrations.filter(name=order.name).first()
            is_ours = row is not None and row.created_by_key == order.idempotency_key
            call.answer = {"found": is_ours}
            return self._receipt(row) if row is not None and is_ours else None

    def renew(self, order: RenewalOrder) -> RegistrationReceipt:
        """Extend a name that expires when the order says."""
        request = {
            "name": order.name,
            "years": order.years,
            "current_expires_at": order.current_expires_at,
        }
        with sandbox_call(self.context, "renew", request=request) as call, transaction.atomic():
            row = self._held(order.name)
            if row.expires_at != order.current_expires_at:
                raise ProviderRejected(
                    f"The current expiration date is incorrect: {order.name} expires on "
                    f"{row.expires_at:%Y-%m-%d}."
                )
            extended = years_later(row.expires_at, order.years)
            if extended > years_later(self.context.business_now(), MAX_YEARS):
                raise ProviderRejected(f"A name runs at most {MAX_YEARS} years ahead.")
            self._pay(order.idempotency_key, "renew", order.name, order.years, extended)
            row.expires_at = extended
            row.save(update_fields=["expires_at"])
            call.answer = {"expires_at": extended}
            return self._receipt(row)

    def find_renewal(self, order: RenewalOrder) -> RegistrationReceipt | None:
        """Return what an earlier attempt at this renewal did."""
        request = {"name": order.name, "key": order.idempotency_key}
        with sandbox_call(self.context, "find_renewal", request=request, changes=False) as call:
            entry = SandboxRegistrarEntry.objects.filter(
                connection_id=self.context.connection_id,
                key=order.idempotency_key,
                act="renew",
                name=order.name,
            ).first()
            call.answer = {"found": entry is not None}
            if entry is None:
                return None
            return RegistrationReceipt(
                reference=str(entry.pk), state=RegistrationState.DONE, expires_at=entry.expires_at
            )

    def progress(self, reference: str) -> Progress:
        """Tell what became of an order that was accepted."""
        request = {"reference": reference}
        with sandbox_call(self.context, "progress", request=request, changes=False) as call:
            progress = self._progress(reference)
            call.answer = {"state": progress.state}
            return progress

    def info(self, name: str) -> RegistrarDomain | None:
        """Return what is held under the name."""
        with sandbox_call(self.context, "info", request={"name": name}, changes=False) as call:
            row = self._registrations.filter(name=name).first()
            is_shown = row is not None and not self._is_on_its_way(row)
            call.answer = {"found": is_shown}
            return _domain(row) if row is not None and is_shown else None

    def set_name_servers(self, name: str, name_servers: Sequence[str]) -> ChangeReceipt:
        """Replace the name servers."""
        if len(name_servers) < 2:
            raise ProviderRejected("A name needs two name servers.")
        return self._change("set_name_servers", name, name_servers=list(name_servers))

    def set_lock(self, name: str, *, locked: bool) -> ChangeReceipt:
        """Forbid or allow the transfer away."""
        return self._change("set_lock", name, is_locked=locked)

    def set_auto_renew(self, name: str, *, enabled: bool) -> ChangeReceipt:
        """Switch the registrar's own renewal."""
        return self._change("set_auto_renew", name, auto_renew=enabled)

    def set_registrant(self, name: str, registrant: ContactDetails) -> ChangeReceipt:
        """Replace the holder."""
        return self._change("set_registrant", name, registrant=asdict(registrant))

    def auth_code(self, name: str) -> str:
        """Return the transfer code; it is derived, so nobody keeps it."""
        with sandbox_call(self.context, "auth_code", request={"name": name}, changes=False):
            row = self._held(name)
            if row.is_locked:
                raise ProviderRejected(f"{name} is locked against transfer.")
            digest = hmac.new(
                settings.SECRET_KEY.encode(), f"{row.pk}:{name}".encode(), hashlib.sha256
            )
            return f"SB-{digest.hexdigest()[:16]}"

    def _availability(self, name: str, held: bool) -> Availability:
        if held:
            return Availability(name=name, status=AvailabilityStatus.TAKEN)
        label = _label(name)
        status = next(
            (found for prefix, found in _PREFIXES if label.startswith(prefix)),
            AvailabilityStatus.AVAILABLE,
        )
        if status is AvailabilityStatus.PREMIUM:
            return Availability(name=name, status=status, price=Decimal("2500.00"), currency="EUR")
        return Availability(name=name, status=status)

    def _registered(self, order: RegistrationOrder) -> SandboxRegistration:
        now = self.context.business_now().replace(microsecond=0)
        expires_at = years_later(now, order.years)
        try:
            with transaction.atomic():
                self._pay(order.idempotency_key, "register", order.name, order.years, expires_at)
                return SandboxRegistration.objects.create(
                    connection_id=self.context.connection_id,
                    name=order.name,
                    registered_at=now,
                    expires_at=expires_at,
                    name_servers=list(order.name_servers),
                    registrant=asdict(order.registrant),
                    created_by_key=order.idempotency_key,
                )
        except IntegrityError:
            raise ProviderRejected(f"{order.name} is registered already.") from None

    def _pay(self, key: str, act: str, name: str, years: int, expires_at: datetime) -> None:
        amount = Decimal(self.context.config["price_per_year"]) * years
        if amount > self._balance():
            raise ProviderRejected("The prepaid balance is too low.")
        SandboxRegistrarEntry.objects.create(
            connection_id=self.context.connection_id,
            key=key,
            act=act,
            name=name,
            years=years,
            amount=amount,
            currency=CURRENCY,
            expires_at=expires_at,
        )

    def _balance(self) -> Decimal:
        entries = SandboxRegistrarEntry.objects.filter(connection_id=self.context.connection_id)
        spent = entries.aggregate(units=models.Sum("amount"))["units"] or 0
        return Decimal(self.context.config["balance"]) - from_minor(spent, CURRENCY)

    def _held(self, name: str) -> SandboxRegistration:
        row = self._registrations.filter(name=name).first()
        if row is None:
            raise ProviderRejected(f"{name} is not registered here.")
        return row

    def _change(self, act: str, name: str, **values: Any) -> ChangeReceipt:
        with sandbox_call(self.context, act, request={"name": name, **values}):
            if not self._registrations.filter(name=name).update(**values):
                raise ProviderRejected(f"{name} is not registered here.")
        return ChangeReceipt()

    def _receipt(self, row: SandboxRegistration) -> RegistrationReceipt:
        if self._is_on_its_way(row):
            return _pending(str(row.pk))
        return RegistrationReceipt(
            reference=str(row.pk), state=RegistrationState.DONE, expires_at=row.expires_at
        )

    def _progress(self, reference: str) -> Progress:
        if reference.startswith(_FAILING):
            sentence = f"The registry refuses {reference.removeprefix(_FAILING)} after all."
            return Progress(state=RegistrationState.REFUSED, sentence=sentence)
        row = self._registrations.filter(pk=reference).first()
        if row is None:
            raise ProviderRejected("There is no such order.")
        if self._is_on_its_way(row):
            return Progress(state=RegistrationState.PENDING, sentence=_ON_ITS_WAY)
        return Progress(state=RegistrationState.DONE)

    def _is_on_its_way(self, row: SandboxRegistration) -> bool:
        is_slow = _label(row.name).startswith("slow")
        return is_slow and self.context.business_now() < row.registered_at + SLOW_FOR


def _label(name: str) -> str:
    return name.partition(".")[0]


def _pending(reference: str) -> RegistrationReceipt:
    return RegistrationReceipt(
        reference=reference,
        state=RegistrationState.PENDING,
        expires_at=None,
        sentence=_ON_ITS_WAY,
    )


def _domain(row: SandboxRegistration) -> RegistrarDomain:
    return RegistrarDomain(
        name=row.name,
        reference=str(row.pk),
        is_ours=True,
        statuses=("clientTransferProhibited",) if row.is_locked else ("ok",),
        registered_at=row.registered_at,
        expires_at=row.expires_at,
        name_servers=tuple(row.name_servers),
        is_locked=row.is_locked,
        auto_renew=row.auto_renew,
        registrant_email=str(row.registrant.get("email", "")),
    )
