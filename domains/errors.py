"""What can go wrong with a name or its zone, each with its own code."""

from ispplatform.core.errors import (
    DuplicateResource,
    InvalidInput,
    NotFound,
    ProviderRejected,
    RuleViolation,
)


class InvalidDomainName(InvalidInput):
    """The text is not a name that could be registered."""

    code = "INVALID_DOMAIN_NAME"


class TldNotOffered(RuleViolation):
    """Nobody here sells names under this ending."""

    code = "TLD_NOT_OFFERED"


class DomainNotAvailable(RuleViolation):
    """Somebody has the name already, or it cannot be registered."""

    code = "DOMAIN_NOT_AVAILABLE"


class DomainAlreadyHere(DuplicateResource):
    """The name is already managed, or on order, in this installation."""

    code = "DOMAIN_ALREADY_HERE"


class DomainNotFound(NotFound):
    """No such domain, or none that this caller may see."""

    code = "DOMAIN_NOT_FOUND"


class DelegationNotChecked(NotFound):
    """Nobody has looked at the name from outside yet."""

    code = "DELEGATION_NOT_CHECKED"


class DomainNotActive(RuleViolation):
    """The act needs a domain that the registrar holds for us."""

    code = "DOMAIN_NOT_ACTIVE"


class RenewalNotPossible(RuleViolation):
    """The name cannot be renewed by this term now."""

    code = "RENEWAL_NOT_POSSIBLE"


class RegistrantIncomplete(InvalidInput):
    """The registrant's details lack something that every registry asks for."""

    code = "REGISTRANT_INCOMPLETE"


class NoRegistrar(RuleViolation):
    """No active registrar connection sells names."""

    code = "NO_REGISTRAR"


class NoDnsServer(RuleViolation):
    """No active DNS connection can hold a zone."""

    code = "NO_DNS_SERVER"


class ZoneNotFound(NotFound):
    """No such zone, or none that this caller may see."""

    code = "ZONE_NOT_FOUND"


class ZoneAlreadyHere(DuplicateResource):
    """The zone already exists in this installation."""

    code = "ZONE_ALREADY_HERE"


class DelegationNotElsewhere(RuleViolation):
    """The name was not found to lead to two other name servers."""

    code = "DELEGATION_NOT_ELSEWHERE"


class ZoneNotAdoptable(RuleViolation):
    """The zone on the server is ours already, or gone."""

    code = "ZONE_NOT_ADOPTABLE"


class RecordNotFound(NotFound):
    """No such record in this zone."""

    code = "DNS_RECORD_NOT_FOUND"


class InvalidRecord(InvalidInput):
    """The record's name, type, content or time to live cannot be used."""

    code = "INVALID_DNS_RECORD"


class RecordConflict(RuleViolation):
    """The record cannot stand beside another one of the zone."""

    code = "DNS_RECORD_CONFLICT"


class ManagedRecord(RuleViolation):
    """The platform keeps this record itself."""

    code = "DNS_RECORD_MANAGED"


class ZonePlanUnsafe(ProviderRejected):
    """The zone on the server differs so much that a person has to look first."""

    code = "ZONE_PLAN_UNSAFE"


class ZonePlanNeedsForce(RuleViolation):
    """The change takes away or alters so much of the zone that it must be confirmed."""

    code = "ZONE_PLAN_NEEDS_FORCE"


class NotAtRegistrar(RuleViolation):
    """The registrar account does not hold the name, or no longer."""

    code = "DOMAIN_NOT_AT_REGISTRAR"
