"""Billing in the back office."""

from billing.admin import calendar, customer_money, customer_refunds
from billing.admin.at_stripe import MirroredObjectAdmin
from billing.admin.credit import CreditEntryAdmin
from billing.admin.documents import DocumentAdmin, NumberSeriesAdmin
from billing.admin.dunning import DunningCaseAdmin, DunningHoldAdmin
from billing.admin.gateways import DisputeAdmin, GatewayEventAdmin
from billing.admin.invoices import InvoiceAdmin
from billing.admin.ledger import JournalEntryAdmin, LedgerAccountAdmin
from billing.admin.payments import PaymentAdmin, PaymentMethodAdmin, RefundAdmin
from billing.admin.subscriptions import SubscriptionAdmin

__all__ = [
    "CreditEntryAdmin",
    "DisputeAdmin",
    "DocumentAdmin",
    "DunningCaseAdmin",
    "DunningHoldAdmin",
    "GatewayEventAdmin",
    "InvoiceAdmin",
    "JournalEntryAdmin",
    "LedgerAccountAdmin",
    "MirroredObjectAdmin",
    "NumberSeriesAdmin",
    "PaymentAdmin",
    "PaymentMethodAdmin",
    "RefundAdmin",
    "SubscriptionAdmin",
    "calendar",
    "customer_money",
    "customer_refunds",
]
