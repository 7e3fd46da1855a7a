import pytest

from customers.rules.names import display_name, name_parts, search_text, search_words


@pytest.mark.parametrize(
    ("first", "last", "company", "shown"),
    [
        ("Ada", "Lovelace", "", "Ada Lovelace"),
        ("", "Lovelace", "", "Lovelace"),
        ("Ada", "Lovelace", "Engines Ltd", "Engines Ltd"),
        (" ", "", " ", "ada@engines.example"),
    ],
)
def test_a_customer_is_called_by_company_person_or_address(first, last, company, shown):
    called = display_name(
        first_name=first, last_name=last, company_name=company, email="ada@engines.example"
    )
    assert called == shown


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Ada Lovelace", ("Ada", "Lovelace")),
        ("Ada  King Lovelace ", ("Ada King", "Lovelace")),
        ("Prince", ("", "Prince")),
        ("", ("", "")),
    ],
)
def test_a_name_in_one_piece_is_split_before_its_last_word(full, parts):
    assert name_parts(full) == parts


def test_search_compares_without_case_form_and_punctuation_of_numbers():
    text = search_text("CUST-000007", "STRASSE Straße", "+49 30 901820", "")
    assert text == "cust-000007 strasse strasse +49 30 901820 4930901820"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("Ada  LOVELACE", ["ada", "lovelace"]),
        ("+49 (30) 90 18-20", ["4930901820"]),
        ("0049 30 901820", ["4930901820"]),
        ("1234", ["1234"]),
        ("  ", []),
    ],
)
def test_every_word_is_looked_for_and_a_number_is_one_word(query, words):
    assert search_words(query) == words
