"""What services and selectors of this app refuse."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.errors import DuplicateResource, NotFound, RuleViolation


class PlanNotFound(NotFound):
    """No such plan, or none that the caller may see."""

    code = "PLAN_NOT_FOUND"
    meaning = _("Nothing was ordered and nothing was charged.")
    next_step = _("Choose another plan in the shop.")


class PriceNotFound(NotFound):
    """The plan has no price for this currency, cycle, customer type and day."""

    code = "PRICE_NOT_FOUND"
    meaning = _("Nothing was ordered and nothing was charged.")
    next_step = _("Choose another plan in the shop.")


class DomainNotOffered(NotFound):
    """No plan for sale covers the ending of this name."""

    code = "DOMAIN_NOT_OFFERED"
    meaning = _("Nothing was ordered and nothing was charged.")
    next_step = _("Search for a name with another ending.")


class PlanCodeTaken(DuplicateResource):
    """A plan of this code exists."""

    code = "PLAN_CODE_TAKEN"


class PriceInThePast(RuleViolation):
    """A price cannot be changed for days that are over: something may have been sold by it."""

    code = "PRICE_IN_THE_PAST"
