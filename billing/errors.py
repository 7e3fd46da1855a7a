"""What services of this app refuse."""

from ispplatform.core.errors import InvalidInput, NotFound, PlatformError, RuleViolation


class InvoiceNotFound(NotFound):
    """No such invoice, or none that the caller may see."""

    code = "INVOICE_NOT_FOUND"


class PaymentNotFound(NotFound):
    """No such payment, or none that the caller may see."""

    code = "PAYMENT_NOT_FOUND"


class PaymentMethodNotFound(NotFound):
    """No such payment method, or none that the caller may use."""

    code = "PAYMENT_METHOD_NOT_FOUND"


class SubscriptionNotFound(NotFound):
    """No such subscription, or none that the caller may see."""

    code = "SUBSCRIPTION_NOT_FOUND"


class DocumentEmpty(InvalidInput):
    """A document has at least one line."""

    code = "DOCUMENT_EMPTY"


class DocumentNegative(InvalidInput):
    """The lines come to less than nothing: that is a credit note."""

    code = "DOCUMENT_NEGATIVE"


class InvoiceNotDraft(RuleViolation):
    """Only a draft can be changed or issued."""

    code = "INVOICE_NOT_DRAFT"


class InvoiceNotOpen(RuleViolation):
    """Nothing is owed on this invoice: it is a draft, paid or cancelled."""

    code = "INVOICE_NOT_OPEN"


class InvoiceNotVoidable(RuleViolation):
    """A paid or cancelled invoice cannot be made void; a credit note corrects it."""

    code = "INVOICE_NOT_VOIDABLE"


class ProFormaNotOpen(RuleViolation):
    """The pro-forma was paid or cancelled before."""

    code = "PRO_FORMA_NOT_OPEN"


class CreditExceedsInvoice(RuleViolation):
    """More would be credited than is left of the invoice."""

    code = "CREDIT_EXCEEDS_INVOICE"


class CreditNotEnough(RuleViolation):
    """The customer has less credit than is asked for."""

    code = "CREDIT_NOT_ENOUGH"


class RefundExceedsPayment(RuleViolation):
    """More would be refunded than is left of the payment."""

    code = "REFUND_EXCEEDS_PAYMENT"


class PaymentNotRefundable(RuleViolation):
    """No money of this payment is here."""

    code = "PAYMENT_NOT_REFUNDABLE"


class PaymentStateWrong(RuleViolation):
    """What is asked for cannot be done with a payment in this state."""

    code = "PAYMENT_STATE_WRONG"


class PaymentInProgress(RuleViolation):
    """An earlier payment of this document is still on its way."""

    code = "PAYMENT_IN_PROGRESS"


class NoPaymentGateway(RuleViolation):
    """The company has no active payment account for this method."""

    code = "NO_PAYMENT_GATEWAY"


class NumberTooLow(RuleViolation):
    """A number of this series at or above the wished one was given already."""

    code = "NUMBER_TOO_LOW"


class SubscriptionStateWrong(RuleViolation):
    """What is asked for cannot be done with a subscription in this state."""

    code = "SUBSCRIPTION_STATE_WRONG"


class CommitmentRuns(RuleViolation):
    """The customer is bound until a day that is still to come."""

    code = "COMMITMENT_RUNS"


class GatewayNoticeRefused(PlatformError):
    """A notice that a payment gateway did not sign, or signed too long ago."""

    code = "GATEWAY_NOTICE_REFUSED"


class GatewayEventNotFound(NotFound):
    """No such notice of a payment gateway, or none that the caller may see."""

    code = "GATEWAY_EVENT_NOT_FOUND"


class DunningCaseNotFound(NotFound):
    """No open dunning with this id, or not one that the caller may see."""

    code = "DUNNING_NOT_FOUND"


class DunningOver(RuleViolation):
    """The invoice is not asked for any more, or the step was taken already."""

    code = "DUNNING_OVER"


class PromiseTooLong(RuleViolation):
    """A suspension cannot be put off that far."""

    code = "PROMISE_TOO_LONG"


class HoldNotOpen(RuleViolation):
    """Dunning does not stand still for this reason any more."""

    code = "HOLD_NOT_OPEN"


class PlanChanged(RuleViolation):
    """The list of suspensions is not the one that was looked at."""

    code = "SUSPENSION_PLAN_CHANGED"


class NothingSuspended(RuleViolation):
    """No service stands still for this invoice."""

    code = "NOTHING_SUSPENDED"
