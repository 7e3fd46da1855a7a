"""Registering, renewing and reading back names."""

from datetime import datetime

from domains.choices import DomainStatus
from domains.models import Domain
from domains.operations.progress import progress_of
from domains.providers.registrars.base import (
    KIND,
    Registrar,
    RegistrarDomain,
    RegistrationOrder,
    RegistrationReceipt,
    RegistrationState,
    RenewalOrder,
)
from domains.services.reading import domain_read
from domains.services.registration import (
    READ_BACK,
    REGISTER,
    registration_accepted,
    registration_in_trouble,
    registration_refused,
    registration_restarted,
    registration_waits,
)
from domains.services.renewal import RENEW, renewal_done, renewal_refused
from ispplatform.core.backoff import Backoff
from ispplatform.core.errors import (
    ProviderError,
    ProviderPending,
    ProviderRefusedLater,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations import Guarantee, OperationCall, OperationKind, Receipt


def domain_of(operation: Operation) -> Domain:
    """Return the name that an operation is about."""
    rows = Domain.objects.select_related("registrant", "connection")
    return rows.get(pk=operation.subject_id)


class RegisterDomain(OperationKind):
    """Registers a name once: the name itself is unique, and the registrar can be asked."""

    name = REGISTER
    label = "Register domain"
    guarantee = Guarantee.GUARDED
    connection_kind = KIND
    call_deadline_seconds = 60.0
    lease_seconds = 150.0
    in_order = True
    refusal_needs_person = False  # its service then stands before staff, with what to do

    def call(self, call: OperationCall) -> Receipt:
        return _receipt(call.provider.register(_registration_order(call.operation)))

    def find(self, call: OperationCall) -> Receipt | None:
        reference = call.operation.provider_reference
        if reference:
            progress_of(call.provider, reference)
            return Receipt(reference=reference)
        found = call.provider.find_registration(_registration_order(call.operation))
        return None if found is None else _receipt(found)

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        registration_accepted(domain_id=operation.subject_id, reference=receipt.reference)

    def accepted(self, operation: Operation) -> None:
        registration_waits(domain_id=operation.subject_id)

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        registration_refused(domain_id=operation.subject_id, reason=error.message)

    def stuck(self, operation: Operation, error: ProviderError) -> None:
        registration_in_trouble(
            domain=domain_of(operation),
            reason=error.message,
            step="register",
            is_shown_elsewhere=True,
        )

    def cancelled(self, operation: Operation) -> None:
        registration_refused(domain_id=operation.subject_id, reason="Staff cancelled it.")

    def restarted(self, operation: Operation) -> None:
        registration_restarted(domain_id=operation.subject_id)

    def is_still_wanted(self, operation: Operation) -> bool:
        return domain_of(operation).status == DomainStatus.PENDING


class RenewDomain(OperationKind):
    """Renews a name once: the registrar refuses when it no longer expires as the order says."""

    name = RENEW
    label = "Renew domain"
    guarantee = Guarantee.GUARDED
    natural_guard = "The order names the present expiry; a second one would name a past one."
    connection_kind = KIND
    call_deadline_seconds = 60.0
    lease_seconds = 150.0
    in_order = True
    refusal_needs_person = False  # its service then stands before staff, with what to do

    def call(self, call: OperationCall) -> Receipt:
        return _receipt(call.provider.renew(_renewal_order(call.operation)))

    def find(self, call: OperationCall) -> Receipt | None:
        order = _renewal_order(call.operation)
        reference = call.operation.provider_reference
        if reference:
            progress_of(call.provider, reference)
            return _renewed(call.provider, order, reference)
        found = call.provider.find_renewal(order)
        return None if found is None else _receipt(found)

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        renewal_done(
            domain_id=operation.subject_id,
            expires_at=datetime.fromisoformat(receipt.data["expires_at"]),
        )

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        renewal_refused(domain_id=operation.subject_id, reason=error.message)

    def stuck(self, operation: Operation, error: ProviderError) -> None:
        registration_in_trouble(
            domain=domain_of(operation), reason=error.message, is_shown_elsewhere=True
        )


class ReadDomainBack(OperationKind):
    """Asks the registrar what it holds; a name that is not shown yet is asked for again."""

    name = READ_BACK
    label = "Read domain back"
    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    backoff = Backoff(first_seconds=5, factor=2, cap_seconds=900)
    max_attempts = 40
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        domain = domain_of(call.operation)
        seen = call.provider.info(domain.name)
        if domain.status == DomainStatus.PENDING and (seen is None or not seen.is_ours):
            raise ProviderUnavailable(f"{domain.name} is not shown at the registry yet.")
        return Receipt(data={"seen": None if seen is None else _seen(seen)})

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        domain_read(domain_id=operation.subject_id, seen=receipt.data["seen"])

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        _not_read(operation, error)

    def stuck(self, operation: Operation, error: ProviderError) -> None:
        _not_read(operation, error)


def _not_read(operation: Operation, error: ProviderError) -> None:
    """Put the service before a person that waits for a look at the registrar."""
    domain = domain_of(operation)
    if domain.status == DomainStatus.PENDING:
        registration_in_trouble(
            domain=domain, reason=error.message, step="read_back", is_shown_elsewhere=True
        )


def _registration_order(operation: Operation) -> RegistrationOrder:
    domain = domain_of(operation)
    return RegistrationOrder(
        idempotency_key=operation.key,
        name=domain.name,
        years=domain.years,
        registrant=domain.registrant.details(),
        name_servers=tuple(domain.name_servers),
        first_sent_at=operation.first_sent_at,
        earlier_references=_earlier_references(operation),
    )


def _renewal_order(operation: Operation) -> RenewalOrder:
    return RenewalOrder(
        first_sent_at=operation.first_sent_at,
        earlier_references=_earlier_references(operation),
        idempotency_key=operation.key,
        name=domain_of(operation).name,
        years=operation.params["years"],
        current_expires_at=datetime.fromisoformat(operation.params["current_expires_at"]),
    )


def _earlier_references(operation: Operation) -> tuple[str, ...]:
    """Return what the registrar called our other orders of the same name."""
    others = Operation.objects.filter(
        kind=operation.kind,
        subject_type=operation.subject_type,
        subject_id=operation.subject_id,
    ).exclude(provider_reference="")
    rows = others.exclude(pk=operation.pk).values_list("provider_reference", flat=True)
    return tuple(rows)


def _renewed(registrar: Registrar, order: RenewalOrder, reference: str) -> Receipt:
    """Return the receipt of a renewal that is done, with the expiry that is shown by now."""
    held = registrar.info(order.name)
    expires_at = held.expires_at if held is not None and held.is_ours else None
    if expires_at is None or not order.is_fulfilled_at(expires_at):
        raise ProviderPending(
            f"The new expiry of {order.name} is not shown yet.", reference=reference
        )
    return Receipt(reference=reference, data={"expires_at": expires_at.isoformat()})


def _receipt(receipt: RegistrationReceipt) -> Receipt:
    """Return the receipt of what is done.

    Raises:
        ProviderPending, ProviderRefusedLater: it is not done yet, or will never be.
    """
    if receipt.state is RegistrationState.PENDING:
        sentence = receipt.sentence or "The registrar has the order and has not decided yet."
        raise ProviderPending(sentence, reference=receipt.reference)
    if receipt.state is RegistrationState.REFUSED:
        raise ProviderRefusedLater(receipt.sentence or "The registrar refused the order later.")
    expires_at = receipt.expires_at.isoformat() if receipt.expires_at else ""
    return Receipt(
        reference=receipt.reference, data={"state": receipt.state, "expires_at": expires_at}
    )


def _seen(found: RegistrarDomain) -> dict[str, object]:
    return {
        "is_ours": found.is_ours,
        "expires_at": found.expires_at.isoformat() if found.expires_at else "",
        "registered_at": found.registered_at.isoformat() if found.registered_at else "",
        "name_servers": list(found.name_servers),
        "statuses": list(found.statuses),
        "is_locked": found.is_locked,
        "auto_renew": found.auto_renew,
    }
