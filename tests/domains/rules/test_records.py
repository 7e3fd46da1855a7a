import pytest

from domains.errors import InvalidRecord, RecordConflict
from domains.rules.record_sets import RecordSet, ZoneRecord, record_sets_of
from domains.rules.records import record_of, txt_value
from domains.rules.zones import MAX_RECORDS, check_record_fits, check_zone

ZONE = "shop.example"


def record(
    record_type: str, content: str, *, name: str = "@", priority: int | None = None, ttl: int = 3600
) -> ZoneRecord:
    return record_of(
        zone=ZONE, name=name, record_type=record_type, content=content, priority=priority, ttl=ttl
    )


@pytest.mark.parametrize(
    ("record_type", "typed", "priority", "data"),
    [
        ("a", " 192.0.2.10 ", None, "192.0.2.10"),
        ("AAAA", "2001:DB8:0:0::10", None, "2001:db8::10"),
        ("MX", "mail", 10, "10 mail.shop.example."),
        ("MX", "10 mail.isp.example", None, "10 mail.isp.example."),
        ("MX", ".", 0, "0 ."),
        ("MX", "@", 5, "5 shop.example."),
        ("SRV", "1 443 mail.isp.example.", 0, "0 1 443 mail.isp.example."),
        ("SRV", "0 0 0 .", None, "0 0 0 ."),
        ("TXT", "v=spf1 mx -all", None, '"v=spf1 mx -all"'),
        ("TXT", 'say "hi"', None, '"say \\"hi\\""'),
        ("TXT", '"a" "b"', None, '"a" "b"'),
        ("TXT", "grüße", None, '"gr\\195\\188\\195\\159e"'),
        ("CAA", '0 issue "ca.example"', None, '0 issue "ca.example"'),
        ("TLSA", f"3 1 1 {'AB' * 32}", None, f"3 1 1 {'ab' * 32}"),
        ("HTTPS", "1 . alpn=h2", None, '1 . alpn="h2"'),
    ],
)
def test_contents_become_canonical(record_type: str, typed: str, priority: int | None, data: str):
    assert record(record_type, typed, priority=priority).data == data


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("server.isp.example", "server.isp.example."),
        ("www", "www.shop.example."),
        ("@", "shop.example."),
        ("selector._domainkey.isp.example", "selector._domainkey.isp.example."),
        ("bücher.example", "xn--bcher-kva.example."),
    ],
)
def test_alias_targets_are_absolute(typed: str, target: str):
    assert record("CNAME", typed, name="www").content == target


def test_long_text_is_cut_into_strings_of_255_octets():
    key = record("TXT", "p=" + "k" * 400, name="sel._domainkey")

    assert [len(part) for part in key.content.split(" ")] == [257, 149]  # with their quotes
    assert txt_value(key.content) == "p=" + "k" * 400


@pytest.mark.parametrize(
    ("record_type", "typed", "extra", "field"),
    [
        ("A", "2001:db8::1", {}, "content"),
        ("A", "192.0.2.999", {}, "content"),
        ("A", "", {}, "content"),
        ("AAAA", "192.0.2.1", {}, "content"),
        ("A", "192.0.2.1", {"priority": 1}, "priority"),
        ("A", "192.0.2.1", {"ttl": 59}, "ttl"),
        ("A", "192.0.2.1", {"ttl": 604801}, "ttl"),
        ("MX", "mail.isp.example", {}, "priority"),
        ("MX", "10 mail.isp.example", {"priority": 20}, "priority"),
        ("MX", "mail.isp.example", {"priority": 65536}, "priority"),
        ("MX", "192.0.2.1", {"priority": 10}, "content"),
        ("SRV", "443 mail.isp.example", {"priority": 1}, "content"),
        ("SRV", "1 99999 mail.isp.example", {"priority": 1}, "content"),
        ("CNAME", "other.example", {}, "type"),
        ("NS", "ns1.isp.example", {}, "name"),
        ("SOA", "x", {}, "type"),
        ("", "x", {}, "type"),
        ("TXT", '"open', {}, "content"),
        ("TXT", "a\nb", {}, "content"),
        ("TXT", "a" * 4097, {}, "content"),
        ("CAA", "0 issue", {}, "content"),
        ("TLSA", "3 1 1 zz", {}, "content"),
    ],
)
def test_what_cannot_be_used_is_refused_by_field(
    record_type: str, typed: str, extra: dict[str, int], field: str
):
    with pytest.raises(InvalidRecord) as refusal:
        record(record_type, typed, **extra)

    assert refusal.value.params["field"] == field
    assert refusal.value.message


def test_an_alias_stands_alone():
    address = record("A", "192.0.2.1", name="www")
    with pytest.raises(RecordConflict):
        check_record_fits(record("CNAME", "other.example", name="www"), [address])
    with pytest.raises(RecordConflict):
        check_record_fits(address, [record("CNAME", "other.example", name="www")])
    check_record_fits(record("CNAME", "other.example", name="blog"), [address])


@pytest.mark.parametrize("text", ["v=spf1 mx -all", "v=DMARC1; p=none"])
def test_a_mail_policy_stands_once_at_a_name(text: str):
    first = record("TXT", text)
    with pytest.raises(RecordConflict):
        check_zone([first, record("TXT", f"{text} x")])
    check_zone([first, record("TXT", text, name="sub"), record("TXT", "v=other")])


def test_the_same_record_is_refused_and_a_second_address_is_not():
    first = record("A", "192.0.2.1")
    check_zone([first, record("A", "192.0.2.2")])
    with pytest.raises(RecordConflict):
        check_zone([first, record("A", "192.0.2.1", ttl=60)])


def test_a_zone_has_a_limit():
    rows = [record("A", "192.0.2.1", name=f"h{number}") for number in range(MAX_RECORDS)]
    check_zone(rows)
    with pytest.raises(RecordConflict):
        check_zone([*rows, record("A", "192.0.2.1", name="one-more")])


def test_records_are_grouped_into_sets_with_one_time_to_live():
    rows = [
        record("A", "192.0.2.2", ttl=600),
        record("A", "192.0.2.1", ttl=3600),
        record("MX", "10 mail", ttl=3600),
    ]

    assert record_sets_of(ZONE, rows) == [
        RecordSet("shop.example.", "A", 600, ("192.0.2.1", "192.0.2.2")),
        RecordSet("shop.example.", "MX", 3600, ("10 mail.shop.example.",)),
    ]
