"""Tables of this app."""

from billing.models.credit import CreditEntry, CreditUse
from billing.models.documents import Document, DocumentFile, DocumentLine, DocumentTax
from billing.models.dunning import DunningCase, DunningHold, DunningStep, SuspensionPlan
from billing.models.gateways import Dispute, GatewayCustomer, GatewayEvent
from billing.models.invoices import Invoice, ProForma
from billing.models.ledger import JournalEntry, JournalLine, LedgerAccount
from billing.models.mirror import GatewayBooks, MirroredObject
from billing.models.payments import Payment, PaymentAllocation, PaymentMethod, Refund
from billing.models.querysets import InvoiceQuerySet
from billing.models.sandbox import SandboxCard, SandboxCharge, SandboxRefund
from billing.models.series import NumberSeries
from billing.models.subscriptions import SkippedPeriod, Subscription, SubscriptionPeriod

__all__ = [
    "CreditEntry",
    "CreditUse",
    "Dispute",
    "Document",
    "DocumentFile",
    "DocumentLine",
    "DocumentTax",
    "DunningCase",
    "DunningHold",
    "DunningStep",
    "GatewayBooks",
    "GatewayCustomer",
    "GatewayEvent",
    "Invoice",
    "InvoiceQuerySet",
    "JournalEntry",
    "JournalLine",
    "LedgerAccount",
    "MirroredObject",
    "NumberSeries",
    "Payment",
    "PaymentAllocation",
    "PaymentMethod",
    "ProForma",
    "Refund",
    "SandboxCard",
    "SandboxCharge",
    "SandboxRefund",
    "SkippedPeriod",
    "Subscription",
    "SubscriptionPeriod",
    "SuspensionPlan",
]
