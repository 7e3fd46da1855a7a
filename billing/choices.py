"""The values that columns of this app may take."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    """What a document is; each kind has a series of numbers of its own."""

    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")
    PRO_FORMA = "pro_forma", _("Pro-forma invoice")


class InvoiceStatus(models.TextChoices):
    """Where an invoice stands. ``sent`` reads "Open" to people."""

    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Open")
    PAID = "paid", _("Paid")
    OVERDUE = "overdue", _("Overdue")
    CANCELLED = "cancelled", _("Cancelled")


class ProFormaStatus(models.TextChoices):
    """Where a pro-forma stands."""

    OPEN = "open", _("Open")
    SETTLED = "settled", _("Paid")  # an invoice was issued from it
    CANCELLED = "cancelled", _("Cancelled")


class PaymentMethodKind(models.TextChoices):
    """How money is moved."""

    CARD = "card", _("Card")
    BANK_TRANSFER = "bank_transfer", _("Bank transfer")
    CREDIT = "credit", _("Credit balance")
    MANUAL = "manual", _("Other")


class PaymentState(models.TextChoices):
    """How far one payment is."""

    CREATED = "created", _("Waiting")
    REQUIRES_ACTION = "requires_action", _("Waiting for the customer's confirmation")
    PROCESSING = "processing", _("Processing")
    AUTHORIZED = "authorized", _("Reserved")
    SETTLED = "settled", _("Paid")
    FAILED = "failed", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")


class RefundState(models.TextChoices):
    """How far one refund is."""

    CREATED = "created", _("Waiting")
    PROCESSING = "processing", _("On its way")
    SETTLED = "settled", _("Refunded")
    FAILED = "failed", _("Refused")


class RefundMethod(models.TextChoices):
    """Which way a refund goes."""

    ORIGINAL_PAYMENT_METHOD = "original_payment_method", _("As it was paid")
    BANK_TRANSFER = "bank_transfer", _("Bank transfer")


class GatewayEventState(models.TextChoices):
    """What became of a gateway's notice."""

    RECEIVED = "received", _("Received")
    PROCESSED = "processed", _("Processed")
    IGNORED = "ignored", _("Not for us")
    FAILED = "failed", _("Failed")


class DisputeState(models.TextChoices):
    """How a cardholder's complaint to the bank stands."""

    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class CreditKind(models.TextChoices):
    """Where a customer's credit came from."""

    OVERPAYMENT = "overpayment", _("Overpayment")
    PREPAID = "prepaid", _("Paid in advance")
    REFUND_KEPT = "refund_kept", _("From a credit note")
    GOODWILL = "goodwill", _("Goodwill")


class LedgerRole(models.TextChoices):
    """What an account of the ledger is for; each tenant gives it a code and a name."""

    RECEIVABLES = "receivables", _("Receivables")
    BANK = "bank", _("Bank")
    GATEWAY = "gateway", _("Payment gateway")
    CUSTOMER_CREDIT = "customer_credit", _("Customer credit")
    REFUNDS_IN_TRANSIT = "refunds_in_transit", _("Refunds in transit")
    TAX_PAYABLE = "tax_payable", _("Tax payable")
    REVENUE = "revenue", _("Revenue")
    GOODWILL = "goodwill", _("Goodwill expense")
    DISPUTED = "disputed", _("Money in dispute")
    DISPUTE_FEES = "dispute_fees", _("Dispute fees")
    BAD_DEBT = "bad_debt", _("Bad debt")


class LedgerAccountKind(models.TextChoices):
    """On which side an account grows: assets and expenses by debits, the others by credits."""

    ASSET = "asset", _("Asset")
    LIABILITY = "liability", _("Liability")
    INCOME = "income", _("Income")
    EXPENSE = "expense", _("Expense")


class SubscriptionStatus(models.TextChoices):
    """Whether and how something is billed again and again."""

    PENDING = "pending", _("Not started")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    CANCELLED = "cancelled", _("Cancelled, runs to the end of the period")
    ENDED = "ended", _("Ended")


class DunningOutcome(models.TextChoices):
    """How the dunning of an invoice ended."""

    PAID = "paid", _("Paid")
    CANCELLED = "cancelled", _("Cancelled")


class StepState(models.TextChoices):
    """What became of one step of the dunning calendar."""

    DONE = "done", _("Done")
    PASSED_OVER = "passed_over", _("A later one did")
    SKIPPED = "skipped", _("Left out")


class HoldKind(models.TextChoices):
    """Why dunning stands still."""

    PROMISE = "promise", _("Do not suspend until")
    PAUSE = "pause", _("Paused by staff")
    GATEWAY = "gateway", _("Trouble at the payment gateway")


class PlanState(models.TextChoices):
    """What became of a list of suspensions."""

    WAITING = "waiting", _("Waits for a person")
    CONFIRMED = "confirmed", _("Confirmed")
    DROPPED = "dropped", _("Dropped")
