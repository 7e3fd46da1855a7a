"""Dates that the database reckons are those that Python reckons."""

from datetime import UTC, datetime, timedelta

import pytest

from domains.models import Domain
from ispplatform.core.database.dates import DaysAfter
from tests.factories.domains import DomainFactory

MOMENTS = (
    datetime(2024, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2025, 12, 31, 0, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
)


@pytest.mark.parametrize("days", [-1, 0, 1, 30, 366])
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_some_days_after_a_moment(tenant, moment: datetime, days: int):
    row = DomainFactory(expires_at=moment)
    rows = Domain.objects.filter(pk=row.pk).annotate(later=DaysAfter("expires_at", days))
    assert rows.get().later == (moment + timedelta(days=days)).date()
    assert rows.filter(later=(moment + timedelta(days=days)).date()).exists()
