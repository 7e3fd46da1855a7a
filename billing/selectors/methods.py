"""How customers can pay at present."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.choices import PaymentMethodKind
from billing.preferences import BANK_ACCOUNT
from billing.providers.payments.base import PAYMENTS
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.providers.selectors import connections_of_kind


def payable_by(tenant: Tenant) -> list[tuple[str, str | Promise]]:
    """Return the methods that the tenant takes, (value, words), the quickest first."""
    methods: list[tuple[str, str | Promise]] = []
    if connections_of_kind(PAYMENTS).exists():
        methods.append((PaymentMethodKind.CARD.value, _("Card")))
    if BANK_ACCOUNT.of(tenant).get("iban"):
        methods.append((PaymentMethodKind.BANK_TRANSFER.value, _("Bank transfer")))
    return methods
