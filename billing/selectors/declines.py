"""What a declined payment means: facts for ``templates/billing/declined.html``."""

from billing.choices import DocumentKind, PaymentMethodKind
from billing.models import Document
from billing.selectors.methods import payable_by
from ispplatform.core.models.tenants import Tenant


def decline_facts(document: Document | None, tenant: Tenant) -> dict[str, bool]:
    """Return whether an order waits or an invoice stays open, and whether money can be transferred.

    Args:
        document: what was to be paid; None for a payment of nothing in particular.
    """
    kind = document.kind if document is not None else ""
    return {
        "is_order": kind == DocumentKind.PRO_FORMA,
        "is_invoice": kind == DocumentKind.INVOICE,
        "takes_transfer": PaymentMethodKind.BANK_TRANSFER in dict(payable_by(tenant)),
    }
