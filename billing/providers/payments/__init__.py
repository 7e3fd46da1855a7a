"""Payment gateways: one Protocol, a sandbox that ships with the product, real ones beside it."""

from billing.providers.payments.base import (
    PAYMENTS,
    CardForm,
    CardFormKind,
    CardSetup,
    ChargeOrder,
    ChargeReceipt,
    ChargeState,
    CustomerOrder,
    DisputeOutcome,
    DisputeReceipt,
    MethodReceipt,
    NoticeTopic,
    PaymentGateway,
    RefundOrder,
    RefundOutcome,
    RefundReceipt,
)

__all__ = [
    "PAYMENTS",
    "CardForm",
    "CardFormKind",
    "CardSetup",
    "ChargeOrder",
    "ChargeReceipt",
    "ChargeState",
    "CustomerOrder",
    "DisputeOutcome",
    "DisputeReceipt",
    "MethodReceipt",
    "NoticeTopic",
    "PaymentGateway",
    "RefundOrder",
    "RefundOutcome",
    "RefundReceipt",
]
