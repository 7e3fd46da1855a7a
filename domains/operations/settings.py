"""Bringing to the registrar what the holder set: each may be repeated and ends in the same state.

Each sends what our row says at that moment, so two changes in a row end as the later one.
"""

from abc import abstractmethod

from domains.models import Domain
from domains.operations.progress import progress_of
from domains.operations.registration import domain_of
from domains.providers.registrars.base import KIND, ChangeReceipt, Registrar, RegistrationState
from domains.services.registration import PLATFORM, read_back_start
from domains.services.settings import (
    AUTO_RENEW_OFF,
    SET_LOCK,
    SET_NAME_SERVERS,
    SET_REGISTRANT,
)
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations import Guarantee, OperationCall, OperationKind, Receipt


class DomainSetting(OperationKind):
    """One property of a name, brought to the registrar and read back."""

    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    in_order = True
    is_done_by_asking = False  # see ``progress_of``

    @abstractmethod
    def send(self, registrar: Registrar, domain: Domain) -> ChangeReceipt:
        """Make the registrar have what ``domain`` says."""

    def call(self, call: OperationCall) -> Receipt:
        reference = call.operation.provider_reference
        if not reference:
            change = self.send(call.provider, domain_of(call.operation))
            if change.state is RegistrationState.DONE:
                return Receipt(reference=change.reference)
            reference = change.reference
        progress_of(call.provider, reference, is_done_by_asking=self.is_done_by_asking)
        return Receipt(reference=reference)

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        read_back_start(domain_of(operation), actor=PLATFORM)


class SetNameServers(DomainSetting):
    """Name servers."""

    name = SET_NAME_SERVERS
    label = "Set name servers"

    def send(self, registrar: Registrar, domain: Domain) -> ChangeReceipt:
        return registrar.set_name_servers(domain.name, domain.name_servers)


class SetLock(DomainSetting):
    """Transfer lock."""

    name = SET_LOCK
    label = "Set transfer lock"

    def send(self, registrar: Registrar, domain: Domain) -> ChangeReceipt:
        return registrar.set_lock(domain.name, locked=domain.is_locked)


class SetRegistrant(DomainSetting):
    """Holder. Some registrars ask old and new ones by mail, for days: nothing waits for that."""

    name = SET_REGISTRANT
    label = "Set domain holder"
    is_done_by_asking = True

    def send(self, registrar: Registrar, domain: Domain) -> ChangeReceipt:
        return registrar.set_registrant(domain.name, domain.registrant.details())


class AutoRenewOff(DomainSetting):
    """The registrar's own renewal: the platform bills first, so it stays off."""

    name = AUTO_RENEW_OFF
    label = "Switch the registrar's renewal off"

    def send(self, registrar: Registrar, domain: Domain) -> ChangeReceipt:
        return registrar.set_auto_renew(domain.name, enabled=False)
