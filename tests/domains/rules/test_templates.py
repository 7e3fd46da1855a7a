from domains.rules.record_sets import ZoneRecord
from domains.rules.templates import PlacedRecord, merged_spf, template_change


def row(record_type: str, content: str, *, name: str = "@", priority: int | None = None):
    return ZoneRecord(name=name, type=record_type, content=content, priority=priority, ttl=3600)


SPF = row("TXT", '"v=spf1 mx include:_spf.isp.example ~all"')
TEMPLATE = [row("A", "192.0.2.10"), row("CNAME", "shop.example.", name="www"), SPF]


def test_an_empty_zone_takes_the_whole_template():
    change = template_change(source="hosting", template=TEMPLATE, present=[])

    assert change.added == tuple(TEMPLATE)
    assert (change.removed, change.altered, change.left_out) == ((), (), ())


def test_a_second_time_changes_nothing():
    present = [PlacedRecord(record, "hosting") for record in TEMPLATE]

    assert template_change(source="hosting", template=TEMPLATE, present=present).is_empty


def test_what_the_template_no_longer_has_goes_and_others_stay():
    old, others = row("A", "192.0.2.1"), row("MX", "mail.isp.example.", priority=10)
    present = [PlacedRecord(old, "hosting"), PlacedRecord(others, "mail")]

    change = template_change(source="hosting", template=TEMPLATE[:1], present=present)

    assert change.removed == (old,)
    assert change.added == (TEMPLATE[0],)


def test_the_customers_own_records_win():
    own = [row("A", "198.51.100.7"), row("TXT", '"hello"', name="www")]

    change = template_change(
        source="hosting", template=TEMPLATE, present=[PlacedRecord(record, "") for record in own]
    )

    assert change.added == (SPF,)
    assert change.removed == ()
    assert [record for record, _ in change.left_out] == TEMPLATE[:2]
    assert change.left_out[0][1] == "@ has its own A record."


def test_an_spf_record_is_extended_never_doubled():
    own = row("TXT", '"v=spf1 ip4:198.51.100.7 MX -all"')

    change = template_change(source="mail", template=[SPF], present=[PlacedRecord(own, "")])

    after = row("TXT", '"v=spf1 ip4:198.51.100.7 MX include:_spf.isp.example -all"')
    assert change.altered == ((own, after),)
    assert change.added == ()
    again = template_change(source="mail", template=[SPF], present=[PlacedRecord(after, "")])
    assert again.is_empty


def test_an_spf_record_without_all_or_with_a_redirect_keeps_its_end():
    assert merged_spf(row("TXT", '"v=spf1 mx"'), SPF).content == (
        '"v=spf1 mx include:_spf.isp.example"'
    )
    assert merged_spf(row("TXT", '"v=spf1 redirect=x.example"'), SPF).content == (
        '"v=spf1 mx include:_spf.isp.example redirect=x.example"'
    )
