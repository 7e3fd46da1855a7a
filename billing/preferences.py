"""What each tenant chooses about its billing."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from stdnum import bic, iban

from ispplatform.core.tenant_settings import TenantSetting, between

_PREFIX = re.compile(r"[A-Za-z0-9/._-]{0,12}")


def _check_prefix(value: str) -> str:
    fine = bool(_PREFIX.fullmatch(value))
    return "" if fine else "Use at most 12 letters, digits and the signs / . _ -"


def _check_day(value: str) -> str:
    try:
        date.fromisoformat(value or "2000-01-31")
    except ValueError:
        return "Write the day as 2026-01-31, or nothing."
    return ""


def _check_percent(value: str) -> str:
    try:
        fine = value == "" or Decimal(0) <= Decimal(value) <= Decimal(100)
    except InvalidOperation:
        fine = False
    return "" if fine else "Write a percentage from 0 to 100, or nothing."


def _check_bank_account(value: Mapping[str, str]) -> str:
    if unknown := set(value) - {"holder", "iban", "bic", "bank"}:
        return f"Unknown: {', '.join(sorted(unknown))}."
    if value.get("iban") and not iban.is_valid(value["iban"]):
        return "This is not a valid IBAN."
    if value.get("bic") and not bic.is_valid(value["bic"]):
        return "This is not a valid BIC."
    return ""


INVOICE_PREFIX = TenantSetting(
    key="billing.invoice_prefix",
    default="INV-",
    label="What invoice numbers begin with, before the year",
    check=_check_prefix,
)
CREDIT_NOTE_PREFIX = TenantSetting(
    key="billing.credit_note_prefix",
    default="CN-",
    label="What credit note numbers begin with, before the year",
    check=_check_prefix,
)
CREDIT_LIMIT = TenantSetting(
    key="billing.credit_limit",
    default=50,
    label="Credit that a colleague may give at once who may not give any sum, in our currency",
    check=between(0, 1_000_000),
)
PRO_FORMA_PREFIX = TenantSetting(
    key="billing.pro_forma_prefix",
    default="PF-",
    label="What pro-forma numbers begin with, before the year",
    check=_check_prefix,
)
DUE_DAYS = TenantSetting(
    key="billing.due_days",
    default=14,
    label="Days after its issue on which an invoice is due",
    check=between(0, 120),
)
RENEWAL_LEAD_DAYS = TenantSetting(
    key="billing.renewal_lead_days",
    default=14,
    label="Days before a new period on which its renewal is invoiced",
    check=between(0, 90),
)
MONTHLY_RENEWAL_LEAD_DAYS = TenantSetting(
    key="billing.monthly_renewal_lead_days",
    default=7,
    label="The same for what is paid monthly",
    check=between(0, 27),
)
BOOKS_CLOSED_THROUGH = TenantSetting(
    key="billing.books_closed_through",
    default="",
    label="Last day of the last closed month; no document is issued on or before it",
    check=_check_day,
)
USES_OSS = TenantSetting(
    key="billing.uses_oss",
    default=True,
    label="Consumers in other EU countries pay their country's VAT (one-stop shop)",
)
IS_SMALL_BUSINESS = TenantSetting(
    key="billing.is_small_business",
    default=False,
    label="The company charges no VAT (small business)",
)
DOMESTIC_TAX_PERCENT = TenantSetting(
    key="billing.domestic_tax_percent",
    default="",
    label="Tax rate at home in percent; empty takes the table's",
    check=_check_percent,
)
BANK_ACCOUNT = TenantSetting[dict[str, str]](
    key="billing.bank_account",
    default={},
    label="Bank account on documents and for bank transfers: holder, iban, bic, bank",
    check=_check_bank_account,
)
DOCUMENT_FOOTER = TenantSetting(
    key="billing.document_footer",
    default="",
    label="Words at the foot of every document",
    check=lambda value: "" if len(value) <= 500 else "Use at most 500 characters.",
)
