"""Amazon Route 53 Domains behind the registrar Protocol.

Nearly everything is accepted first and done later. There is no key of ours in a request, so what
is paid for is looked up before it is sent: by the name, by what runs on it, by its expiry.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from domains.providers.aws import AwsAccessRefused, AwsRefused, AwsService, keys_for
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
from domains.providers.registrars.route53.contacts import contact_detail, is_same_contact
from domains.providers.registrars.route53.lookup import (
    REGISTER_DOMAIN,
    RENEW_DOMAIN,
    is_submitted_since,
    latest_operation,
    progress_from,
    running_operation,
)
from domains.rules.registrants import ContactDetails
from ispplatform.core.clock import system_now
from ispplatform.core.errors import (
    ProviderError,
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.providers import ProbeReport, ProviderContext

REGION = "us-east-1"  # Route 53 Domains is nowhere else
CURRENCY = "USD"
LOCKED = "clientTransferProhibited"
PREMIUM_PRICE = "REGISTRY_PREMIUM"
QUESTIONS = 3  # of one availability while the registry hesitates
BUSY_SECONDS = 60
_RETRY_AFTER_SECONDS = {"OperationLimitExceeded": 900, "TLDInMaintenance": 1800}
_AVAILABILITY = {
    "AVAILABLE": AvailabilityStatus.AVAILABLE,
    "AVAILABLE_RESERVED": AvailabilityStatus.RESERVED,
    "AVAILABLE_PREORDER": AvailabilityStatus.RESERVED,
    "RESERVED": AvailabilityStatus.RESERVED,
    "UNAVAILABLE_RESTRICTED": AvailabilityStatus.RESERVED,
    "UNAVAILABLE": AvailabilityStatus.TAKEN,
    "UNAVAILABLE_PREMIUM": AvailabilityStatus.PREMIUM,
    "INVALID_NAME_FOR_TLD": AvailabilityStatus.INVALID,
}

Answer = TypeVar("Answer")


class Route53Registrar:
    """A registrar account at Amazon."""

    def __init__(self, context: ProviderContext) -> None:
        self.context = context
        self._endpoint = str(context.config.get("endpoint", ""))

    def probe(self) -> ProbeReport:
        """Tell whose keys they are, and that they may see domains."""
        try:
            keys = keys_for(self.context, region=REGION, endpoint=self._endpoint)
            sts = AwsService(self.context, "sts", keys=keys, region=REGION, endpoint=self._endpoint)
            who = sts.read("GetCallerIdentity", needs=["Account", "Arn"])
            self._service.read("ListDomains", MaxItems=1)
        except AwsAccessRefused as exc:
            raise ProviderRejected(exc.message) from exc
        return ProbeReport(
            account=f"Amazon account {who['Account']}",
            is_live=None if self._endpoint else True,
            clock_difference_seconds=sts.clock_difference_seconds,
            note=f"as {who['Arn'].rpartition(':')[2]}",
        )

    def check(self, names: Sequence[str]) -> list[Availability]:
        """Return whether names are free; a registry that hesitates is asked again at once."""
        return [self._availability(name) for name in names]

    def register(self, order: RegistrationOrder) -> RegistrationReceipt:
        """Order a name that this account neither holds nor is getting already."""
        holder = contact_detail(order.registrant, name=order.name)
        if self._detail(order.name) is not None:
            raise ProviderRejected(f"This account holds {order.name} already.")
        running = self._running(order, REGISTER_DOMAIN)
        if running is not None:
            return running
        privacy = bool(self.context.config.get("privacy", True))
        wanted: dict[str, Any] = {
            "DomainName": order.name,
            "DurationInYears": order.years,
            "AutoRenew": False,
            **_roles("{}Contact", holder),
            **_roles("PrivacyProtect{}Contact", privacy),
            **self._consent(order.years),
        }
        return self._ordered("RegisterDomain", wanted, order)

    def find_registration(self, order: RegistrationOrder) -> RegistrationReceipt | None:
        """Return what an attempt since ``order.first_sent_at`` did, by the name."""
        if order.first_sent_at is None:
            return None
        found = self._found(order, REGISTER_DOMAIN)
        if found is not None:
            return found
        held = self._detail(order.name)
        if held is None or held["CreationDate"] < order.first_sent_at - timedelta(minutes=1):
            return None
        return RegistrationReceipt(
            reference=str(held.get("RegistryDomainId") or order.name),
            state=RegistrationState.DONE,
            expires_at=held["ExpirationDate"],
        )

    def renew(self, order: RenewalOrder) -> RegistrationReceipt:
        """Order more years for a name that expires when the order says."""
        expires_at = self._held(order.name)["ExpirationDate"]
        if not order.is_due_at(expires_at):
            raise ProviderRejected(
                f"{order.name} expires on {expires_at:%Y-%m-%d}, and the renewal is for "
                f"{order.current_expires_at:%Y-%m-%d}."
            )
        running = self._running(order, RENEW_DOMAIN)
        if running is not None:
            return running
        wanted = {
            "DomainName": order.name,
            "DurationInYears": order.years,
            "CurrentExpiryYear": expires_at.year,
            **self._consent(order.years),
        }
        return self._ordered("RenewDomain", wanted, order)

    def find_renewal(self, order: RenewalOrder) -> RegistrationReceipt | None:
        """Return what an attempt since ``order.first_sent_at`` did, by the name."""
        return None if order.first_sent_at is None else self._found(order, RENEW_DOMAIN)

    def progress(self, reference: str) -> Progress:
        """Ask for one operation."""
        return progress_from(self._operation(reference))

    def info(self, name: str) -> RegistrarDomain | None:
        """Return what the account holds; of other names only whether they are registered."""
        held = self._detail(name)
        if held is not None:
            return _domain(name, held)
        status = self._availability(name).status
        if status is AvailabilityStatus.TAKEN:
            return _elsewhere(name)
        if status is AvailabilityStatus.AVAILABLE:
            return None
        raise ProviderUnavailable(f"Amazon does not tell whether {name} is registered: {status}.")

    def set_name_servers(self, name: str, name_servers: Sequence[str]) -> ChangeReceipt:
        """Replace the name servers, unless they are these."""
        if sorted(_name_servers(self._held(name))) == sorted(name_servers):
            return ChangeReceipt()
        hosts = [{"Name": host} for host in name_servers]
        return self._changed("UpdateDomainNameservers", DomainName=name, Nameservers=hosts)

    def set_lock(self, name: str, *, locked: bool) -> ChangeReceipt:
        """Set or lift the transfer lock, unless it is so."""
        if (LOCKED in _statuses(self._held(name))) == locked:
            return ChangeReceipt()
        act = "EnableDomainTransferLock" if locked else "DisableDomainTransferLock"
        return self._changed(act, DomainName=name)

    def set_auto_renew(self, name: str, *, enabled: bool) -> ChangeReceipt:
        """Switch Amazon's own renewal, and see that it is so."""
        if bool(self._held(name).get("AutoRenew")) == enabled:
            return ChangeReceipt()
        act = "EnableDomainAutoRenew" if enabled else "DisableDomainAutoRenew"
        self._service.act(act, DomainName=name)
        if bool(self._held(name).get("AutoRenew")) != enabled:
            raise ProviderOutcomeUnknown(f"Amazon does not show the renewal of {name} switched.")
        return ChangeReceipt()

    def set_registrant(self, name: str, registrant: ContactDetails) -> ChangeReceipt:
        """Replace the holder, who is every contact of the name, unless it is the same."""
        wanted = _roles("{}Contact", contact_detail(registrant, name=name))
        held = self._held(name)
        if all(is_same_contact(held.get(role) or {}, who) for role, who in wanted.items()):
            return ChangeReceipt()
        return self._changed("UpdateDomainContact", DomainName=name, **wanted)

    def auth_code(self, name: str) -> str:
        """Return the transfer code of a name that is not locked."""
        if LOCKED in _statuses(self._held(name)):
            raise ProviderRejected(f"{name} is locked against transfer.")
        told = self._service.read("RetrieveDomainAuthCode", needs=["AuthCode"], DomainName=name)
        return str(told["AuthCode"])

    @cached_property
    def _service(self) -> AwsService:
        return AwsService(
            self.context,
            "route53domains",
            keys=keys_for(self.context, region=REGION, endpoint=self._endpoint),
            region=REGION,
            endpoint=self._endpoint,
            retry_after_seconds=_RETRY_AFTER_SECONDS,
        )

    def _availability(self, name: str) -> Availability:
        try:
            for _ in range(QUESTIONS):
                told = self._service.read(
                    "CheckDomainAvailability", needs=["Availability"], DomainName=name
                )
                if told["Availability"] != "PENDING":
                    break
        except ProviderUnavailable as exc:
            if "retry_after_seconds" not in exc.params:
                raise
            told = {"Availability": "DONT_KNOW"}  # this registry only: the others may answer
        status = _AVAILABILITY.get(told["Availability"], AvailabilityStatus.UNKNOWN)
        price = told.get("Price") or {}
        if price.get("PriceType") == PREMIUM_PRICE and status is AvailabilityStatus.AVAILABLE:
            status = AvailabilityStatus.PREMIUM
        if status is not AvailabilityStatus.PREMIUM or not price:
            return Availability(name=name, status=status)
        return Availability(
            name=name,
            status=status,
            price=Decimal(str(price["Price"])),
            currency=price["Currency"],
        )

    def _operation(self, reference: str) -> dict[str, Any]:
        return self._service.read("GetOperationDetail", needs=["Status"], OperationId=reference)

    def _detail(self, name: str) -> dict[str, Any] | None:
        """Return what the account holds under a name, or None when it holds no such name."""
        try:
            return self._service.read(
                "GetDomainDetail", needs=["CreationDate", "ExpirationDate"], DomainName=name
            )
        except AwsRefused as exc:
            if _is_not_ours(exc):
                return None
            raise

    def _held(self, name: str) -> dict[str, Any]:
        held = self._detail(name)
        if held is None:
            raise ProviderRejected(f"{name} is not in this account.")
        return held

    def _consent(self, years: int) -> dict[str, Any]:
        limit = self.context.config.get("price_limit")
        if limit is None:
            return {}
        return {"Consent": {"MaxPrice": float(limit * years), "Currency": CURRENCY}}

    def _running(
        self, order: RegistrationOrder | RenewalOrder, kind: str
    ) -> RegistrationReceipt | None:
        """Return the order's receipt when it is what runs on the name; None when nothing runs.

        Raises:
            ProviderUnavailable: something else of the kind runs: ours has to wait for its end.
        """
        found = running_operation(self._service, order.name, kind, now=system_now())
        return None if found is None else self._adopted(order, found)

    def _adopted(
        self, order: RegistrationOrder | RenewalOrder, operation: dict[str, Any]
    ) -> RegistrationReceipt:
        reference = operation["OperationId"]
        is_ours = (
            order.first_sent_at is not None
            and is_submitted_since(operation, order.first_sent_at)
            and reference not in order.earlier_references
        )
        if not is_ours:
            raise ProviderUnavailable(
                f"Amazon is at work on {order.name} already, by another order: {reference}.",
                retry_after_seconds=BUSY_SECONDS,
            )
        return self._receipt(order, reference, progress_from(operation))

    def _ordered(
        self, act: str, wanted: dict[str, Any], order: RegistrationOrder | RenewalOrder
    ) -> RegistrationReceipt:
        try:
            told = self._service.act(act, needs=["OperationId"], **wanted)
        except AwsRefused as exc:
            if exc.aws_code != "DuplicateRequest":
                raise
            return self._adopted(order, self._duplicate(order, exc))
        reference = str(told["OperationId"])
        return self._receipt(order, reference, self._first_progress(reference))

    def _duplicate(
        self, order: RegistrationOrder | RenewalOrder, refusal: AwsRefused
    ) -> dict[str, Any]:
        """Return the operation because of which a request was refused as a duplicate."""
        busy = ProviderUnavailable(refusal.message, retry_after_seconds=BUSY_SECONDS)
        reference = str(refusal.fields.get("requestId") or "")
        if not reference:
            raise busy
        try:
            found = self._operation(reference)
        except ProviderError:
            raise busy from refusal
        kind = REGISTER_DOMAIN if isinstance(order, RegistrationOrder) else RENEW_DOMAIN
        if found.get("Type") != kind or str(found.get("DomainName", "")).lower() != order.name:
            raise busy
        return found

    def _found(
        self, order: RegistrationOrder | RenewalOrder, kind: str
    ) -> RegistrationReceipt | None:
        since = order.first_sent_at or system_now()
        found = latest_operation(
            self._service, order.name, kind, since=since, leave_out=order.earlier_references
        )
        if found is None:
            return None
        return self._receipt(order, found["OperationId"], progress_from(found))

    def _receipt(
        self, order: RegistrationOrder | RenewalOrder, reference: str, progress: Progress
    ) -> RegistrationReceipt:
        """Return a receipt; what is done and not yet shown is still pending."""
        state, expires_at = progress.state, None
        if state is RegistrationState.DONE:
            expires_at = self._shown_expiry(order)
            state = RegistrationState.PENDING if expires_at is None else state
        return RegistrationReceipt(
            reference=reference, state=state, expires_at=expires_at, sentence=progress.sentence
        )

    def _shown_expiry(self, order: RegistrationOrder | RenewalOrder) -> datetime | None:
        held = _or_none(lambda: self._detail(order.name))
        expires_at: datetime | None = held["ExpirationDate"] if held else None
        if expires_at is None or isinstance(order, RegistrationOrder):
            return expires_at
        return expires_at if order.is_fulfilled_at(expires_at) else None

    def _first_progress(self, reference: str) -> Progress:
        """Return how far something is that was just accepted; a failure to ask is no failure."""
        told = _or_none(lambda: self.progress(reference))
        return told or Progress(state=RegistrationState.PENDING)

    def _changed(self, act: str, **wanted: Any) -> ChangeReceipt:
        try:
            told = self._service.act(act, needs=["OperationId"], **wanted)
        except AwsRefused as exc:
            if exc.aws_code != "DuplicateRequest":
                raise
            raise ProviderUnavailable(exc.message, retry_after_seconds=BUSY_SECONDS) from exc
        reference = str(told["OperationId"])
        progress = self._first_progress(reference)
        if progress.state is RegistrationState.REFUSED:
            raise ProviderRejected(progress.sentence)
        return ChangeReceipt(reference=reference, state=progress.state)


def _or_none(ask: Callable[[], Answer]) -> Answer | None:
    try:
        return ask()
    except ProviderError:
        return None


def _roles(pattern: str, value: Any) -> dict[str, Any]:
    return {pattern.format(role): value for role in ("Admin", "Registrant", "Tech")}


def _is_not_ours(refusal: AwsRefused) -> bool:
    """Tell whether the account lacks the name: Amazon has no code of its own for that."""
    message = refusal.message.lower()
    is_told = "not found in" in message or "not associated with this account" in message
    return refusal.aws_code == "InvalidInput" and is_told


def _statuses(held: dict[str, Any]) -> tuple[str, ...]:
    """Return EPP status words; some registries put a link or a space beside them."""
    return tuple(str(word).split()[0] for word in held.get("StatusList") or () if str(word).strip())


def _name_servers(held: dict[str, Any]) -> tuple[str, ...]:
    hosts = (str(host["Name"]).lower().removesuffix(".") for host in held.get("Nameservers") or ())
    return tuple(hosts)


def _domain(name: str, held: dict[str, Any]) -> RegistrarDomain:
    return RegistrarDomain(
        name=name,
        reference=str(held.get("RegistryDomainId") or name),
        is_ours=True,
        statuses=_statuses(held),
        registered_at=held["CreationDate"],
        expires_at=held["ExpirationDate"],
        name_servers=_name_servers(held),
        is_locked=LOCKED in _statuses(held),
        auto_renew=bool(held.get("AutoRenew")),
        registrant_email=str((held.get("RegistrantContact") or {}).get("Email", "")),
    )


def _elsewhere(name: str) -> RegistrarDomain:
    return RegistrarDomain(
        name=name,
        reference="",
        is_ours=False,
        statuses=(),
        registered_at=None,
        expires_at=None,
        name_servers=(),
        is_locked=False,
        auto_renew=False,
        registrant_email="",
    )
