"""What can go wrong with a name or its zone, each with its own code."""

from django.utils.translation import gettext_noop as _

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
    meaning = _("Nothing was ordered and nothing was charged.")
    next_step = _("Correct the name and search again.")


class TldNotOffered(RuleViolation):
    """Nobody here sells names under this ending."""

    code = "TLD_NOT_OFFERED"
    meaning = _("Nothing was ordered and nothing was charged.")
    next_step = _("Search for a name with another ending.")


class DomainNotAvailable(RuleViolation):
    """Somebody has the name already, or it cannot be registered."""

    code = "DOMAIN_NOT_AVAILABLE"
    meaning = _("Nothing was ordered and nothing was charged.")
    next_step = _("Choose another name.")


class DomainAlreadyHere(DuplicateResource):
    """The name is already managed, or on order, in this installation."""

    code = "DOMAIN_ALREADY_HERE"
    meaning = _("Nothing was ordered and nothing was charged.")
    next_step = _("Choose another name, or ask us if it is yours.")


class DomainNotFound(NotFound):
    """No such domain, or none that this caller may see."""

    code = "DOMAIN_NOT_FOUND"


class DelegationNotChecked(NotFound):
    """Nobody has looked at the name from outside yet."""

    code = "DELEGATION_NOT_CHECKED"


class DomainNotActive(RuleViolation):
    """The act needs a domain that the registrar holds for us."""

    code = "DOMAIN_NOT_ACTIVE"
    next_step = _("Look at the page of the domain: it says how it stands.")


class RenewalNotPossible(RuleViolation):
    """The name cannot be renewed by this term now."""

    code = "RENEWAL_NOT_POSSIBLE"
    meaning = _("The domain was not renewed, and nothing was charged.")
    next_step = _("Choose fewer years, or try it again later.")


class RegistrantIncomplete(InvalidInput):
    """The registrant's details lack something that every registry asks for."""

    code = "REGISTRANT_INCOMPLETE"
    meaning = _("The holder is as it was.")


class NoRegistrar(RuleViolation):
    """No active registrar connection sells names."""

    code = "NO_REGISTRAR"
    meaning = _("Nothing was ordered and nothing was charged.")
    next_step = _("Tell us the reference: we see to it.")


class NoDnsServer(RuleViolation):
    """No active DNS connection can hold a zone."""

    code = "NO_DNS_SERVER"
    meaning = _("The records are as they were.")
    next_step = _("Tell us the reference: we see to it.")


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
    meaning = _("The records are as they were.")
    next_step = _("Look at the list of records again.")


class InvalidRecord(InvalidInput):
    """The record's name, type, content or time to live cannot be used."""

    code = "INVALID_DNS_RECORD"
    meaning = _("The records are as they were.")


class RecordConflict(RuleViolation):
    """The record cannot stand beside another one of the zone."""

    code = "DNS_RECORD_CONFLICT"
    meaning = _("The records are as they were.")
    next_step = _("Change or remove the other record first.")


class ManagedRecord(RuleViolation):
    """The platform keeps this record itself."""

    code = "DNS_RECORD_MANAGED"
    meaning = _("The records are as they were.")
    next_step = _("Change the record: then it is yours.")


class ZonePlanUnsafe(ProviderRejected):
    """The zone on the server differs so much that a person has to look first."""

    code = "ZONE_PLAN_UNSAFE"


class ZonePlanNeedsForce(RuleViolation):
    """The change takes away or alters so much of the zone that it must be confirmed."""

    code = "ZONE_PLAN_NEEDS_FORCE"
    meaning = _("The records are as they were.")
    next_step = _("Look at what would change, then confirm it.")


class NotAtRegistrar(RuleViolation):
    """The registrar account does not hold the name, or no longer."""

    code = "DOMAIN_NOT_AT_REGISTRAR"
