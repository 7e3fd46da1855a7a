"""What services of this app refuse."""

from ispplatform.core.errors import DuplicateResource, NotFound, RuleViolation


class CustomerNotFound(NotFound):
    """No such customer, or none that the caller may see."""

    code = "CUSTOMER_NOT_FOUND"


class CustomerStatusNotReachable(RuleViolation):
    """From the present status the wished one cannot be reached."""

    code = "CUSTOMER_STATUS_NOT_REACHABLE"


class CustomerCurrencyFixed(RuleViolation):
    """The customer's first document fixed another currency."""

    code = "CUSTOMER_CURRENCY_FIXED"


class CustomerHasOpenBusiness(RuleViolation):
    """Something of the customer is still running or owed, so it cannot be deleted."""

    code = "CUSTOMER_HAS_OPEN_BUSINESS"


class TagTaken(DuplicateResource):
    """A tag of this name exists."""

    code = "TAG_TAKEN"
