import pytest

from domains.errors import ZonePlanNeedsForce
from domains.rules.plans import RecordSetChange, zone_plan
from domains.rules.record_sets import RecordSet


def sets(count: int, *, content: str = "192.0.2.1") -> list[RecordSet]:
    return [
        RecordSet(f"h{number:02}.shop.example.", "A", 3600, (content,)) for number in range(count)
    ]


def test_a_plan_names_what_appears_changes_and_goes():
    kept, changed, gone = sets(3)
    after = RecordSet(changed.name, "A", 3600, ("192.0.2.9",))
    new = RecordSet("new.shop.example.", "TXT", 60, ('"x"',))

    plan = zone_plan("shop.example", existing=[kept, changed, gone], desired=[after, kept, new])

    assert plan.changes == (
        RecordSetChange(before=changed, after=after),
        RecordSetChange(before=gone, after=None),
        RecordSetChange(before=None, after=new),
    )
    assert [change.action for change in plan.changes] == ["update", "delete", "create"]
    assert plan.existing_count == 3


def test_the_servers_own_soa_is_left_alone():
    soa = RecordSet("shop.example.", "SOA", 3600, ("ns1. host. 1 2 3 4 5",))

    assert zone_plan("shop.example", existing=[soa, *sets(1)], desired=sets(1)).is_empty


@pytest.mark.parametrize(
    ("existing", "kept", "is_safe"),
    [
        (9, 0, True),  # too small to judge
        (10, 7, True),  # 30 % exactly
        (10, 6, False),
        (100, 70, True),
        (100, 69, False),
    ],
)
def test_removing_more_than_thirty_percent_needs_a_yes(existing: int, kept: int, is_safe: bool):
    plan = zone_plan("shop.example", existing=sets(existing), desired=sets(kept))

    if is_safe:
        plan.raise_if_unsafe()
    else:
        with pytest.raises(ZonePlanNeedsForce) as refusal:
            plan.raise_if_unsafe()
        assert refusal.value.params == {"creates": 0, "updates": 0, "deletes": existing - kept}
    plan.raise_if_unsafe(force=True)


def test_changing_more_than_thirty_percent_needs_a_yes():
    desired = sets(4, content="192.0.2.7") + sets(10)[4:]
    plan = zone_plan("shop.example", existing=sets(10), desired=desired)

    assert plan.unsafe_reason == "This would change 4 of the 10 record sets of shop.example."
    with pytest.raises(ZonePlanNeedsForce):
        plan.raise_if_unsafe()


def test_adding_is_always_safe():
    assert zone_plan("shop.example", existing=sets(10), desired=sets(90)).unsafe_reason == ""
