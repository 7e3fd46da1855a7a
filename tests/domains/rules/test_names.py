import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.errors import InvalidDomainName, InvalidRecord
from domains.rules.names import (
    full_name,
    host_name,
    owner_name,
    parse_domain_name,
    relative_name,
    split_tld,
    unicode_name,
)

LONGEST_LABEL = "a" * 63


@pytest.mark.parametrize(
    ("typed", "ascii_name", "shown"),
    [
        ("Shop.Example", "shop.example", "shop.example"),
        ("  shop.example.  ", "shop.example", "shop.example"),
        ("müller.example", "xn--mller-kva.example", "müller.example"),
        ("MÜLLER.example", "xn--mller-kva.example", "müller.example"),
        ("xn--mller-kva.example", "xn--mller-kva.example", "müller.example"),
        # non-transitional: the sharp s stays a letter of its own (UTS 46, IDNA 2008)
        ("straße.example", "xn--strae-oqa.example", "straße.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah", "例え.テスト"),
        (f"{LONGEST_LABEL}.example", f"{LONGEST_LABEL}.example", f"{LONGEST_LABEL}.example"),
        ("3com.example", "3com.example", "3com.example"),
    ],
)
def test_names_are_normalised(typed: str, ascii_name: str, shown: str):
    name = parse_domain_name(typed)

    assert (name.ascii, name.unicode) == (ascii_name, shown)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "example",
        ".example",
        "shop..example",
        "-shop.example",
        "shop-.example",
        "sh op.example",
        "shop_.example",
        "https://shop.example",
        "shop.example/path",
        "192.0.2.1",
        "ab--cd.example",
        "xn--a.example",
        f"{'a' * 64}.example",
        f"{'ü' * 60}.example",
        f"{'.'.join(['a' * 60] * 5)}.example",
        "shop\x00.example",
        "shop\ud800.example",
        "❤.example",  # symbols are not letters (IDNA 2008)
    ],
)
def test_what_is_no_name_is_refused(typed: str):
    with pytest.raises(InvalidDomainName) as refusal:
        parse_domain_name(typed)

    assert refusal.value.params == {"field": "domain"}
    assert refusal.value.http_status == 422


@given(st.text(max_size=80))
def test_any_text_is_a_name_or_refused_and_a_name_is_stable(typed: str):
    try:
        name = parse_domain_name(typed)
    except InvalidDomainName:
        return
    assert parse_domain_name(name.ascii) == name
    assert parse_domain_name(name.unicode) == name


def test_a_broken_a_label_is_shown_as_it_is():
    assert unicode_name("xn--a.example") == "xn--a.example"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shop.example", ("shop", "example")),
        ("shop.co.uk", ("shop", "co.uk")),
        ("www.shop.co.uk", None),
        ("www.shop.example", None),
        ("co.uk", ("co", "uk")),
        ("shop.nowhere", None),
    ],
)
def test_the_longest_ending_on_offer_decides(name: str, expected: tuple[str, str] | None):
    assert split_tld(name, ["example", "uk", "co.uk"]) == expected


@pytest.mark.parametrize(
    ("typed", "relative"),
    [
        ("", "@"),
        ("@", "@"),
        ("shop.example", "@"),
        ("shop.example.", "@"),
        ("WWW", "www"),
        ("www.shop.example", "www"),
        ("www.shop.example.", "www"),
        ("_dmarc", "_dmarc"),
        ("_imaps._tcp", "_imaps._tcp"),
        ("*", "*"),
        ("*.dev", "*.dev"),
        ("bücher", "xn--bcher-kva"),
        ("other.example", "other.example"),  # without a final dot it is a name inside the zone
    ],
)
def test_owner_names_are_relative_to_their_zone(typed: str, relative: str):
    assert owner_name(typed, "shop.example") == relative
    assert relative_name(full_name(relative, "shop.example"), "shop.example") == relative


@pytest.mark.parametrize("typed", ["other.example.", "dev.*", "a b", "-a", "a..b", "x" * 64])
def test_owner_names_outside_the_zone_are_refused(typed: str):
    with pytest.raises(InvalidRecord) as refusal:
        owner_name(typed, "shop.example")

    assert refusal.value.params["field"] == "name"


def test_host_names_have_two_labels():
    assert host_name("NS1.Isp.Example.") == "ns1.isp.example"
    with pytest.raises(InvalidRecord):
        host_name("ns1")
