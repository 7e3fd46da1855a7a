from datetime import date

from billing.rules.numbering import format_number, issue_day


def test_a_number_names_its_series_and_year():
    assert format_number("INV-", 2026, 42) == "INV-2026-00042"
    assert format_number("", 2026, 4711) == "2026-04711"
    assert format_number("R", 2026, 123456) == "R2026-123456"


def test_a_document_bears_the_wanted_day():
    day = issue_day(wanted=date(2026, 3, 5), last_in_series=None, books_closed_through=None)
    assert day == date(2026, 3, 5)


def test_numbers_and_days_rise_together():
    day = issue_day(
        wanted=date(2026, 3, 5), last_in_series=date(2026, 3, 7), books_closed_through=None
    )
    assert day == date(2026, 3, 7)


def test_issuing_after_a_month_is_closed_moves_the_day_and_never_the_month():
    day = issue_day(
        wanted=date(2026, 2, 27),
        last_in_series=date(2026, 2, 26),
        books_closed_through=date(2026, 2, 28),
    )
    assert day == date(2026, 3, 1)
