"""Who sells and who buys, as documents and tax see them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from billing.preferences import (
    BANK_ACCOUNT,
    DOCUMENT_FOOTER,
    DOMESTIC_TAX_PERCENT,
    IS_SMALL_BUSINESS,
    USES_OSS,
)
from billing.rules.tax import TaxBuyer, TaxDecision, TaxSeller, decide_tax
from customers.choices import AddressKind
from customers.models import Address, Customer
from customers.selectors import customer_address, customers_addresses
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.pages.brand import ACCENT_COLOR, logo_digest
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

ADDRESS_FIELDS = ("name", "street", "street2", "city", "state", "postal_code", "country")


def present_tenant() -> Tenant:
    """Return the tenant in force."""
    return tenant_by_id(current_tenant_id())


def seller_snapshot(tenant: Tenant) -> dict[str, Any]:
    """Return the seller as a document shows it, copied so that it never changes."""
    return {
        "name": tenant.legal_name or tenant.name,
        "brand": tenant.name,
        "address": dict(tenant.address),
        "country": tenant.country,
        "email": tenant.contact_email,
        "tax_ids": dict(tenant.tax_ids),
        "bank_account": dict(BANK_ACCOUNT.of(tenant)),
        "footer": DOCUMENT_FOOTER.of(tenant),
        "accent": ACCENT_COLOR.of(tenant),
        "logo": logo_digest(tenant),
        "is_sandbox": tenant.is_sandbox,
    }


def billing_address(customer: Customer) -> Address | None:
    """Return the address that invoices go to; None while the customer has given none."""
    return customer_address(customer, AddressKind.BILLING)


def buyer_snapshot(customer: Customer, address: Address | None) -> dict[str, Any]:
    """Return the buyer as a document shows it, copied so that it never changes."""
    parts = {field: getattr(address, field) for field in ADDRESS_FIELDS} if address else {}
    return {
        "name": customer.display_name,
        "company_name": customer.company_name,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "customer_number": customer.customer_number,
        "email": customer.email,
        "address": parts,
        "vat_number": customer.vat_number,
        "is_business": customer.is_business,
    }


def tax_seller(tenant: Tenant) -> TaxSeller:
    """Return the tenant as tax sees it."""
    percent = DOMESTIC_TAX_PERCENT.of(tenant)
    return TaxSeller(
        country=tenant.country,
        uses_oss=USES_OSS.of(tenant),
        is_small_business=IS_SMALL_BUSINESS.of(tenant),
        domestic_percent=Decimal(percent) if percent else None,
    )


def tax_buyer(customer: Customer, address: Address | None, *, tenant: Tenant) -> TaxBuyer:
    """Return the customer as tax sees it; without an address it lives where the seller does."""
    country = address.country if address and address.country else tenant.country
    return TaxBuyer(
        country=country,
        postal_code=address.postal_code if address else "",
        is_business=customer.is_business,
        has_valid_vat_number=bool(customer.vat_number and customer.vat_checked_at),
    )


def tax_of_customer(customer: Customer, *, on: date) -> TaxDecision:
    """Return the tax of a sale to this customer whose tax point is ``on``."""
    return buyer_of(customer, on=on).tax


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer as a new document needs it: how it is taxed, and its copied data."""

    tax: TaxDecision
    snapshot: dict[str, Any]


def buyer_of(customer: Customer, *, on: date) -> Buyer:
    """Return the customer as a document with the tax point ``on`` needs it. One query."""
    return _buyer(customer, billing_address(customer), on=on, tenant=present_tenant())


def buyers_of(wanted: Collection[tuple[Customer, date]]) -> list[Buyer]:
    """Return each customer as a document with its tax point needs it, in order. One query."""
    tenant = present_tenant()
    customers = {customer.pk: customer for customer, _ in wanted}
    addresses = customers_addresses(customers.values(), AddressKind.BILLING)
    return [
        _buyer(customer, addresses.get(customer.pk), on=on, tenant=tenant)
        for customer, on in wanted
    ]


def _buyer(customer: Customer, address: Address | None, *, on: date, tenant: Tenant) -> Buyer:
    taxed = tax_buyer(customer, address, tenant=tenant)
    return Buyer(
        tax=decide_tax(seller=tax_seller(tenant), buyer=taxed, on=on),
        snapshot=buyer_snapshot(customer, address),
    )


def tax_of_visitor(*, country: str = "", is_business: bool = False, on: date) -> TaxDecision:
    """Return the tax of a sale to somebody who has given no more than a country, if that."""
    tenant = present_tenant()
    buyer = TaxBuyer(country=country or tenant.country, is_business=is_business)
    return decide_tax(seller=tax_seller(tenant), buyer=buyer, on=on)
