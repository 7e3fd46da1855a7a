import pytest

from catalog.rules.tlds import endings_of, tld_cleaned


@pytest.mark.parametrize(
    ("value", "kept"),
    [(".DE", "de"), ("co.uk", "co.uk"), (" Example. ", "example"), ("рф", "xn--p1ai")],
)
def test_endings_are_kept_in_lower_case_ascii_without_dots_around(value, kept):
    assert tld_cleaned(value) == kept


@pytest.mark.parametrize("value", ["", "..", "-de", "de-", "a_b", "de.1", "x" * 64, "é" * 64])
def test_what_ends_no_name_is_refused(value):
    with pytest.raises(ValueError, match="ending"):
        tld_cleaned(value)


@pytest.mark.parametrize(
    ("name", "endings"),
    [
        ("shop.co.uk", ["co.uk", "uk"]),
        ("Shop.DE.", ["de"]),
        ("de", []),
    ],
)
def test_a_name_has_these_endings_longest_first(name, endings):
    assert endings_of(name) == endings
