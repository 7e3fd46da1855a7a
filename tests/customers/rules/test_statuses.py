import pytest

from customers.rules.statuses import is_reachable, may_order, reachable_from


@pytest.mark.parametrize(
    ("status", "next_ones"),
    [
        ("pending", ["active", "cancelled"]),
        ("active", ["suspended", "inactive", "cancelled"]),
        ("suspended", ["active", "inactive", "cancelled"]),
        ("inactive", ["active", "cancelled"]),
        ("cancelled", ["active"]),
    ],
)
def test_a_status_leads_to_these_and_to_no_others(status, next_ones):
    assert reachable_from(status) == next_ones
    assert not is_reachable(before=status, after=status)


def test_only_customers_in_good_standing_order():
    statuses = ["pending", "active", "suspended", "inactive", "cancelled"]
    assert [status for status in statuses if may_order(status)] == ["active", "inactive"]
