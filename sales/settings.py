"""What each tenant chooses about selling (desk, section 3)."""

import re

from django.utils.translation import gettext_noop

from ispplatform.core.tenant_settings import TenantSetting, between
from sales.rules.hold_totals import HOLD_TOTALS, totals_mistake

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_DOCUMENT_KEYS = {"code", "title", "version", "url", "text"}


def _documents(value: list[dict[str, str]]) -> str:
    for document in value:
        if not {"code", "title", "version"} <= set(document) <= _DOCUMENT_KEYS:
            return "Each document has code, title and version, and either url or text."
        if not _CODE.fullmatch(document["code"]):
            return "A document's code has small letters, digits and hyphens."
        if not document.get("url", "").startswith(("https://", "http://")) and document.get("url"):
            return "A document's url begins with https://."
    return ""


ORDER_EXPIRY_DAYS = TenantSetting(
    key="sales.order_expiry_days",
    default=7,
    label="Days after which an unpaid order expires",
    check=between(1, 60),
)
ORDER_REMINDER_DAYS = TenantSetting(
    key="sales.order_reminder_days",
    default=[1, 3],
    label="Days after which an unpaid order's customer is reminded",
)
ORDER_BUTTON = TenantSetting(
    key="sales.order_button",
    default="",
    label="Text of the button that places the order (empty: Order and pay)",
)
ACCEPTED_DOCUMENTS = TenantSetting(
    key="sales.accepted_documents",
    default=[{"code": "terms", "title": gettext_noop("Terms of service"), "version": "1"}],
    label="Documents that a customer accepts with an order: their text here, or a url elsewhere",
    check=_documents,
)
HOLD_TOTALS_ABOVE = TenantSetting(
    key="sales.hold_totals_above",
    default=HOLD_TOTALS,
    label="Hold paid orders above these totals, by currency (a currency that is missing: always)",
    check=totals_mistake,
)
HOLD_DOMAINS_ABOVE = TenantSetting(
    key="sales.hold_domains_above",
    default=5,
    label="Hold orders of customers with more than so many domains in 24 hours",
    check=between(0, 1000),
)
HOLD_CARD_COUNTRY = TenantSetting(
    key="sales.hold_card_country",
    default=True,
    label="Hold orders paid with a card from another country than the billing address",
)
HOLD_DISPOSABLE_MAIL = TenantSetting(
    key="sales.hold_disposable_mail",
    default=True,
    label="Hold orders of customers whose e-mail address is a disposable one",
)
HOLD_FIRST_ORDER = TenantSetting(
    key="sales.hold_first_order", default=False, label="Hold every customer's first order"
)
HOLD_EVERY_ORDER = TenantSetting(
    key="sales.hold_every_order", default=False, label="Hold every order"
)
