"""What lists of billing are filtered and sorted by."""

from typing import Any

from billing.choices import InvoiceStatus, PaymentMethodKind, PaymentState, SubscriptionStatus
from ispplatform.core.api.filter_kinds import (
    ChoiceFilter,
    DateFilter,
    Filter,
    InstantFilter,
    MoneyFilter,
    TextFilter,
    UuidFilter,
    include_deleted_filter,
)
from ispplatform.core.external_refs.api import external_ref_filters


class InvoiceStatusFilter(ChoiceFilter):
    """The canonical statuses; ``pending`` is understood as ``sent``."""

    def value(self, text: str) -> Any:
        return super().value("sent" if text == "pending" else text)


PORTAL_INVOICE_FILTERS: dict[str, Filter] = {
    "status": InvoiceStatusFilter(InvoiceStatus),
    "issue_date": DateFilter(main=True),
    "due_date": DateFilter(),
    "updated_at": InstantFilter(),
}
INVOICE_FILTERS: dict[str, Filter] = {
    **PORTAL_INVOICE_FILTERS,
    "customer_id": UuidFilter(),
    "invoice_number": TextFilter("number"),
    "currency": TextFilter(),
    "amount": MoneyFilter("gross_total"),
    "created_at": InstantFilter(),
    **external_ref_filters(),
    **include_deleted_filter(),
}
INVOICE_SORTS = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "issue_date": "issue_date",
    "due_date": "due_date",
    "invoice_number": "number",
    "status": "status",
}

PORTAL_PAYMENT_FILTERS: dict[str, Filter] = {
    "status": ChoiceFilter(PaymentState, "state"),
    "payment_date": DateFilter("received_on", main=True),
    "updated_at": InstantFilter(),
}
PAYMENT_FILTERS: dict[str, Filter] = {
    **PORTAL_PAYMENT_FILTERS,
    "customer_id": UuidFilter(),
    "document_id": UuidFilter(),
    "payment_method": ChoiceFilter(PaymentMethodKind, "method"),
    "reference": TextFilter(),
    "transaction_id": TextFilter("gateway_reference"),
    "amount": MoneyFilter(),
    "created_at": InstantFilter(),
    **external_ref_filters(),
    **include_deleted_filter(),
}
PAYMENT_SORTS = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "payment_date": "received_on",
    "status": "state",
}

METHOD_FILTERS: dict[str, Filter] = {"customer_id": UuidFilter()}

SUBSCRIPTION_FILTERS: dict[str, Filter] = {
    "status": ChoiceFilter(SubscriptionStatus),
    "customer_id": UuidFilter(),
    "next_billing_on": DateFilter(main=True),
    "created_at": InstantFilter(),
    "updated_at": InstantFilter(),
}
SUBSCRIPTION_SORTS = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "next_billing_on": "next_billing_on",
}
