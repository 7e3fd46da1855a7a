"""What billing adds to the back office: tiles, search, the customer page."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Expression, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.choices import PaymentState
from billing.models import CreditEntry, Invoice, Payment
from billing.models.querysets import OPEN_STATUSES
from billing.office_money import count_of, figures, sum_of, suspensions_tomorrow, suspensions_url
from billing.selectors.payments import credit_of
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.admin.first_rows import first_rows
from ispplatform.core.clock import business_today, system_now
from ispplatform.core.models import AttentionItem
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.money import from_minor
from ispplatform.core.pages.formats import format_locale, money_text
from ispplatform.core.tenancy.lookup import tenant_by_id

ROWS = 10


def owed_expression() -> Expression:
    """Return what a customer owes, whatever its credit, in minor units: a subquery."""
    due = Invoice.objects.filter(customer=OuterRef("pk"), status__in=OPEN_STATUSES)
    return _summed(due, "amount_due")


def balance_expression() -> Expression:
    """Return what a customer owes less its credit, in minor units, as a subquery each."""
    credit = CreditEntry.objects.filter(customer=OuterRef("pk"), remaining__gt=0)
    return owed_expression() - _summed(credit, "remaining")


def _summed(rows: Any, column: str) -> Any:
    sums = rows.order_by().values("customer").annotate(units=Sum(column)).values("units")
    return Coalesce(Subquery(sums, output_field=IntegerField()), 0)


def _currency(customer: Customer) -> str:
    return customer.currency or tenant_by_id(customer.tenant_id).currency


def _money(amount: Any, currency: str) -> str:
    return money_text(amount, currency, format_locale(get_language() or "en"))


def credit_fact(customer: Customer) -> str:
    """Return a customer's credit; empty where there is none."""
    currency = _currency(customer)
    credit = credit_of(customer, currency)
    return _money(credit, currency) if credit else ""


def customer_panel(customer: Customer, actor: Actor) -> Mapping[str, Any]:
    """Return the newest invoices and payments of a customer."""
    invoices = Invoice.objects.filter(customer=customer).order_by("-pk")
    payments = Payment.objects.filter(customer=customer).select_related("document")
    shown, count = first_rows(invoices, ROWS)
    if not actor.can("payments:read"):
        payments = payments.none()
    paid, paid_count = first_rows(payments.order_by("-pk"), ROWS)
    return {"invoices": shown, "count": count, "payments": paid, "payments_count": paid_count}


def customer_url(page: str, customer: Customer) -> str:
    """Return the address of a form that begins with this customer's number."""
    return f"{reverse(f'admin:billing_{page}_add')}?customer_number={customer.customer_number}"


def subject_page(page: str, item: AttentionItem) -> str:
    """Return the address of what a row of *Needs a person* is about."""
    return reverse(f"admin:billing_{page}_change", args=[item.subject_id])


def customer_page(item: AttentionItem) -> str:
    """Return the address of the customer that a row of *Needs a person* is about."""
    return reverse("admin:customers_customer_change", args=[item.subject_id])


def unpaid_page(item: AttentionItem) -> str:
    """Return the address of the page about what stands still and what waits for a person."""
    return reverse("admin:billing_unpaid")


def deletion_refusal(customer_id: UUID) -> str:
    """Return why a customer's money forbids deleting it; empty when it does not."""
    if Invoice.objects.open().filter(customer_id=customer_id).exists():
        return _("Invoices are still open.")
    if CreditEntry.objects.filter(customer_id=customer_id, remaining__gt=0).exists():
        return _("The customer still has credit.")
    return ""


def today_tile(tenant: Tenant, actor: Actor) -> Mapping[str, Any]:
    """Return today's payments, declined charges, and tomorrow's suspensions. One query."""
    today = business_today(tenant)
    a_day_ago = system_now() - timedelta(days=1)
    came = Payment.objects.filter(
        state=PaymentState.SETTLED, received_on=today, currency=tenant.currency
    )
    declined = Payment.objects.filter(state=PaymentState.FAILED, updated_at__gte=a_day_ago)
    found = figures(
        payments=count_of(came),
        money=sum_of(came, "amount_settled"),
        failed=count_of(declined),
        suspended=count_of(suspensions_tomorrow(tenant)),
    )
    listed = reverse("admin:billing_payment_changelist")
    of_today = {
        "state__exact": PaymentState.SETTLED.value,
        "received_on": today,
        "currency": tenant.currency,
    }
    of_a_day = {
        "state__exact": PaymentState.FAILED.value,
        "updated_at__gte": a_day_ago.isoformat(),
    }
    return {
        **found,
        "money": from_minor(found["money"], tenant.currency),
        "currency": tenant.currency,
        "payments_url": f"{listed}?{urlencode(of_today)}",
        "failed_url": f"{listed}?{urlencode(of_a_day)}",
        "suspended_url": suspensions_url(tenant),
    }
