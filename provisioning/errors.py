"""What can go wrong with a service, each with its own code."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.errors import InvalidInput, NotFound, RuleViolation


class ServiceNotFound(NotFound):
    """No such service, or none that this caller may see."""

    code = "SERVICE_NOT_FOUND"


class ServiceTypeUnknown(RuleViolation):
    """Nothing in this installation sets up services of this type."""

    code = "SERVICE_TYPE_UNKNOWN"


class ServiceStateForbids(RuleViolation):
    """The act does not fit the state that the service is in."""

    code = "SERVICE_STATE_FORBIDS"
    meaning = _("The service is as it was, and nothing was charged.")
    next_step = _("Look at the page of the service: it says how it stands.")


class ServiceNotHeld(RuleViolation):
    """Only a service that is held can be released."""

    code = "SERVICE_NOT_HELD"


class ReasonNotOpen(RuleViolation):
    """The service is not suspended for this reason."""

    code = "SUSPENSION_REASON_NOT_OPEN"


class InvalidConfiguration(InvalidInput):
    """A service of this plan cannot be set up from what was entered."""

    code = "INVALID_SERVICE_CONFIGURATION"
    meaning = _("Nothing was ordered and nothing was charged.")


class PlanDoesNotFit(RuleViolation):
    """The service cannot be moved to this plan."""

    code = "PLAN_DOES_NOT_FIT"
    meaning = _("The service is as it was, and nothing was charged.")
    next_step = _("Choose another plan.")
