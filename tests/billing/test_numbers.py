"""Numbers without gaps, whatever is rolled back and however many issue at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from billing.choices import DocumentKind
from billing.errors import NumberTooLow
from billing.models import Document, NumberSeries
from billing.preferences import BOOKS_CLOSED_THROUGH, INVOICE_PREFIX
from billing.services.numbers import number_take, numbers_take, series_continue
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AuditEntry
from ispplatform.core.tenancy.context import tenant_context
from tests.factories.billing import addressed_customer, issued_invoice, open_pro_forma, transferred

KIND = DocumentKind.INVOICE
DAY = date(2026, 3, 5)
THREADS = 8
EACH = 5  # of which the last is rolled back


class ChangedMyMind(Exception):
    """Rolls a transaction back."""


@transaction.atomic
def change_my_mind(act) -> None:
    act()
    raise ChangedMyMind


def rolled_back(act) -> None:
    with pytest.raises(ChangedMyMind):
        change_my_mind(act)


def take(tenant, wanted_on=DAY, kind=KIND):
    with transaction.atomic():
        return number_take(kind=kind, wanted_on=wanted_on, tenant=tenant)


def test_numbers_of_a_series_follow_each_other(tenant):
    assert [take(tenant)[0] for _ in range(3)] == [
        "INV-2026-00001",
        "INV-2026-00002",
        "INV-2026-00003",
    ]
    assert take(tenant, date(2027, 1, 1)) == ("INV-2027-00001", date(2027, 1, 1))
    assert take(tenant, kind=DocumentKind.CREDIT_NOTE)[0] == "CN-2026-00001"
    assert take(tenant, kind=DocumentKind.PRO_FORMA)[0] == "PF-2026-00001"


def test_a_rolled_back_number_is_given_again(tenant):
    rolled_back(lambda: number_take(kind=KIND, wanted_on=DAY, tenant=tenant))
    assert take(tenant)[0] == "INV-2026-00001"


def test_a_block_of_numbers_is_taken_at_once(tenant):
    with transaction.atomic():
        numbers, _ = numbers_take(kind=KIND, wanted_on=DAY, tenant=tenant, count=3)
    assert numbers == ["INV-2026-00001", "INV-2026-00002", "INV-2026-00003"]
    assert take(tenant)[0] == "INV-2026-00004"


def test_days_rise_with_the_numbers(tenant):
    take(tenant, date(2026, 3, 9))
    assert take(tenant, DAY) == ("INV-2026-00002", date(2026, 3, 9))


def test_a_closed_month_stays_as_it_is_even_over_the_turn_of_the_year(tenant):
    tenant.settings = {BOOKS_CLOSED_THROUGH.key: "2026-12-31", INVOICE_PREFIX.key: "R/"}
    assert take(tenant, date(2026, 12, 30)) == ("R/2027-00001", date(2027, 1, 1))
    assert NumberSeries.objects.get().year == 2027


def test_each_company_counts_for_itself(tenant, other_tenant):
    take(tenant)
    with tenant_context(other_tenant.pk):
        assert take(other_tenant)[0] == "INV-2026-00001"


@pytest.mark.django_db(transaction=True)
def test_a_number_needs_a_transaction(tenant):
    with pytest.raises(transaction.TransactionManagementError):
        number_take(kind=KIND, wanted_on=DAY, tenant=tenant)
    assert NumberSeries.objects.count() == 0


def test_a_series_goes_on_where_another_system_ended(tenant, clerk):
    series_continue(actor=clerk, kind=KIND, year=2026, next_number=4711)
    assert take(tenant)[0] == "INV-2026-04711"
    assert AuditEntry.objects.get().act == "billing.series_continue"


@pytest.mark.parametrize(
    ("wanted", "error"), [(4711, NumberTooLow), (0, InvalidInput), (10**8, InvalidInput)]
)
def test_no_number_is_given_twice(tenant, clerk, wanted, error):
    series_continue(actor=clerk, kind=KIND, year=2026, next_number=4711)
    take(tenant)
    with pytest.raises(error):
        series_continue(actor=clerk, kind=KIND, year=2026, next_number=wanted)
    assert NumberSeries.objects.get().last == 4711
    assert AuditEntry.objects.count() == 1


def test_continuing_a_series_takes_a_permission(tenant, stranger):
    with pytest.raises(NotPermitted):
        series_continue(actor=stranger, kind=KIND, year=2026, next_number=7)
    assert NumberSeries.objects.count() == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_threads_with_every_fifth_rolled_back_leave_no_gap(tenant):
    customers = [addressed_customer() for _ in range(THREADS)]
    proformas = [[open_pro_forma(customer) for _ in range(2)] for customer in customers]

    def work(place: int) -> None:
        customer = customers[place]
        try:
            with tenant_context(tenant.pk):
                for _ in range(EACH - 3):
                    issued_invoice(customer)
                for document in proformas[place]:  # two ways to a number at once
                    transferred(customer, "11.90", document)
                rolled_back(lambda: issued_invoice(customer))
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work, place) for place in range(THREADS)]:
            done.result()
    year = NumberSeries.objects.get(kind=KIND).year
    numbers = Document.objects.filter(kind=KIND).order_by("number").values_list("number", flat=True)
    kept = THREADS * (EACH - 1)
    assert list(numbers) == [f"INV-{year}-{n:05d}" for n in range(1, kept + 1)]
    assert NumberSeries.objects.get(kind=KIND).last == kept
