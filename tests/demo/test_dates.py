"""The stories of the demo company come out the same on every day of the year."""

import pytest
import time_machine

from billing.choices import InvoiceStatus
from billing.models import Invoice
from billing.selectors.ledger import ledger_differences
from demo import loading, second
from demo.cast import expiring, held, overdue, part_paid, suspended_for_money
from demo.company import demo_tenant
from demo.loading import demo_load
from domains.models import Domain
from ispplatform.core.clock import business_today
from ispplatform.core.tenancy.context import tenant_context
from provisioning.choices import ReasonKind
from provisioning.models import ServiceReason
from sales.choices import OrderStatus
from sales.models import Order

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
DATED = (overdue, suspended_for_money, part_paid, held, expiring)


@pytest.mark.parametrize(
    "today",
    [
        "2027-01-05 12:00",  # the three months before the unpaid invoice have 91 days
        "2027-03-28 00:40",  # 90 days; the night in which summer time begins
        "2027-10-31 00:30",  # summer time ends, and a leap day lies within the next year
        "2028-02-29 23:10",  # already 1 March in Berlin
    ],
)
def test_stories_that_count_days_end_where_they_should(today: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(loading, "CAST", DATED)
    monkeypatch.setattr(loading, "crowd_come", lambda world, size: None)
    monkeypatch.setattr(second, "CHARACTERS", ())
    with time_machine.travel(f"{today}+00:00"):
        demo_load(seed=7, base_url="http://localhost:8000", tell=lambda text: None)
        tenant = demo_tenant()
        assert tenant is not None
        with tenant_context(tenant.pk):
            late = Invoice.objects.filter(status=InvoiceStatus.OVERDUE)
            assert {invoice.customer.company_name for invoice in late} == {
                "Fuchs Cycles",
                "Café Morgenrot",
                "Lorenz Pottery",
            }
            assert Invoice.objects.open().get(amount_paid__gt=0).amount_paid == 2
            assert ServiceReason.objects.get(closed_at=None).kind == ReasonKind.UNPAID
            assert Order.objects.get(status=OrderStatus.ON_HOLD).lines.count() == 6
            expiry = Domain.objects.get(name="sommerfest-2025.example").expires_at
            assert expiry is not None
            assert (expiry.date() - business_today(tenant)).days == 12
            assert ledger_differences() == []
