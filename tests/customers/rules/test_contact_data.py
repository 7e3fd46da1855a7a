import pytest

from customers.rules.contact_data import (
    country_cleaned,
    email_cleaned,
    phone_cleaned,
    vat_number_cleaned,
)


def test_the_host_of_an_address_is_kept_in_lower_case_and_the_mailbox_as_written():
    assert email_cleaned(" Ada.L@ENGINES.Example ") == "Ada.L@engines.example"


@pytest.mark.parametrize("value", ["", "ada", "ada@", "@engines.example", "a b@c.example"])
def test_what_is_no_address_is_refused(value):
    with pytest.raises(ValueError, match="name@example"):
        email_cleaned(value)


@pytest.mark.parametrize(
    ("value", "country", "kept"),
    [
        ("030 901820", "DE", "+4930901820"),
        ("+49 30 901820", "", "+4930901820"),
        ("030 901820", "", "030 901820"),  # no country, so nothing is guessed
        ("+1-555-0123", "", "+15550123"),
        ("", "DE", ""),
    ],
)
def test_telephone_numbers_are_kept_in_one_form_where_it_is_known(value, country, kept):
    assert phone_cleaned(value, country=country) == kept


@pytest.mark.parametrize("value", ["call me", "1", "+", "030 ask"])
def test_what_cannot_be_a_telephone_number_is_refused(value):
    with pytest.raises(ValueError, match="telephone"):
        phone_cleaned(value)


@pytest.mark.parametrize(
    ("value", "country", "kept"),
    [
        ("de 136 695 976", "", "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("094259216", "GR", "EL094259216"),
        ("ATU13585627", "DE", "ATU13585627"),
        ("GB 980780684", "GB", "980780684"),
        ("12-34567", "US", "1234567"),  # no rule is known for this country
        ("", "DE", ""),
    ],
)
def test_vat_numbers_are_kept_compact_with_the_prefix_of_the_union(value, country, kept):
    # Source of the numbers: the documentation of python-stdnum.
    assert vat_number_cleaned(value, country=country) == kept


@pytest.mark.parametrize(
    ("value", "country"), [("DE136695977", ""), ("136695977", "DE"), ("GB980780685", "GB")]
)
def test_wrong_check_digits_are_refused(value, country):
    with pytest.raises(ValueError, match="VAT number"):
        vat_number_cleaned(value, country=country)


@pytest.mark.parametrize(
    ("value", "kept"), [("de", "DE"), ("DEU", "DE"), ("Germany", "DE"), ("", "")]
)
def test_countries_are_kept_by_two_letters(value, kept):
    assert country_cleaned(value) == kept


def test_an_unknown_country_is_refused():
    with pytest.raises(ValueError, match="two letters"):
        country_cleaned("Atlantis")
