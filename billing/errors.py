"""What services of this app refuse."""

from django.utils.translation import gettext_noop as _

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
    next_step = _("Choose another way to pay.")


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
    next_step = _("Open the invoice: its page says how it stands.")


class InvoiceNotVoidable(RuleViolation):
    """A paid or cancelled invoice cannot be made void; a credit note corrects it."""

    code = "INVOICE_NOT_VOIDABLE"


class ProFormaNotOpen(RuleViolation):
    """The pro-forma was paid or cancelled before."""

    code = "PRO_FORMA_NOT_OPEN"
    next_step = _("Open the order: its page says how it stands.")


class CreditExceedsInvoice(RuleViolation):
    """More would be credited than is left of the invoice."""

    code = "CREDIT_EXCEEDS_INVOICE"


class CreditNotEnough(RuleViolation):
    """The customer has less credit than is asked for."""

    code = "CREDIT_NOT_ENOUGH"
    meaning = _("Nothing was paid, and your credit is as it was.")
    next_step = _("Choose another way to pay.")


class CreditNotGiven(RuleViolation):
    """It is the customer's own money, or nothing of it is left: there is nothing to take back."""

    code = "CREDIT_NOT_GIVEN"


class RefundExceedsPayment(RuleViolation):
    """More would be refunded than is left of the payment."""

    code = "REFUND_EXCEEDS_PAYMENT"


class PaymentNotRefundable(RuleViolation):
    """No money of this payment is here."""

    code = "PAYMENT_NOT_REFUNDABLE"


class PaymentStateWrong(RuleViolation):
    """What is asked for cannot be done with a payment in this state."""

    code = "PAYMENT_STATE_WRONG"
    meaning = _("Nothing further was charged.")
    next_step = _("Open the payment: its page says how it stands.")


class PaymentInProgress(RuleViolation):
    """An earlier payment of this document is still on its way."""

    code = "PAYMENT_IN_PROGRESS"
    meaning = _("Nothing further was charged; the earlier payment goes on.")
    next_step = _("Wait a few minutes, then look again: the page says how it ended.")


class NoPaymentGateway(RuleViolation):
    """The company has no active payment account for this method."""

    code = "NO_PAYMENT_GATEWAY"
    meaning = _("Nothing was charged, and what you ordered is saved.")
    next_step = _("Try again later, or ask us how else to pay.")


class CardDeclined(PlatformError):
    """The bank does not take the card."""

    code = "CARD_DECLINED"
    http_status = 422
    meaning = _("Nothing was charged, and what you ordered is saved.")
    next_step = _("Try another card, or choose another way to pay.")


class CardsNotTaken(PlatformError):
    """The payment account cannot take cards at this moment."""

    code = "CARDS_NOT_TAKEN"
    http_status = 503
    meaning = _("Nothing was charged, and nothing that you ordered is lost.")
    next_step = _("Try again in a few minutes.")


class NumberTooLow(RuleViolation):
    """A number of this series at or above the wished one was given already."""

    code = "NUMBER_TOO_LOW"


class SubscriptionStateWrong(RuleViolation):
    """What is asked for cannot be done with a subscription in this state."""

    code = "SUBSCRIPTION_STATE_WRONG"
    next_step = _("Open the service: its page says how it stands.")


class CommitmentRuns(RuleViolation):
    """The customer is bound until a day that is still to come."""

    code = "COMMITMENT_RUNS"
    meaning = _("The contract goes on as it was.")
    next_step = _("End it for that day, or ask us.")


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
