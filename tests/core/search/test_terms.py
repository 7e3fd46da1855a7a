"""Under which words a text is found."""

import pytest

from ispplatform.core.search.terms import (
    IDENTITY,
    NAME,
    PART,
    Term,
    asked,
    emails,
    exactly,
    folded,
    hosts,
    names,
    numbers,
    phones,
    together,
)


def found_by(terms: list[Term], typed: str) -> bool:
    """Tell whether a typed text is the beginning of a term, as the table compares them."""
    return any(term.text.startswith(phrase) for term in terms for phrase in asked(typed).phrases)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  Ada   LOVELACE ", "ada lovelace"),
        ("Müller Straße", "muller strasse"),
        ("Łukasz Søren Đặng", "lukasz soren dang"),
        ("ﬁrst Ｗｉｄｅ", "first wide"),
        ("\x00", ""),
    ],
)
def test_case_accents_and_blanks_do_not_matter(text, plain):
    assert folded(text) == plain


@pytest.mark.parametrize(
    "typed",
    ["ada", "Lovelace", "ada king l", "lov", "king love", "MÜLLER", "mueller", "muller", "lyse"],
)
def test_a_name_is_found_by_the_beginning_of_any_run_of_its_words(typed):
    assert found_by(names("Ada King Lovelace", "Anna-Lyse Müller"), typed)


def test_a_name_is_not_found_by_the_middle_of_a_word():
    assert not found_by(names("Ada Lovelace"), "velace")


def test_a_name_written_with_two_letters_is_found_by_its_umlaut():
    assert found_by(names("Jörg Mueller"), "müller")


@pytest.mark.parametrize("typed", ["INV-2026-00042", "inv-2026", "2026-00042", "00042", "42"])
def test_a_number_is_found_whole_by_its_beginning_and_by_its_end(typed):
    assert found_by(numbers("INV-2026-00042"), typed)


def test_only_the_whole_number_is_the_things_own():
    assert {term.text: term.rank for term in numbers("2026-04711")} == {
        "2026-04711": IDENTITY,
        "4711": PART,
    }


@pytest.mark.parametrize(
    "typed", ["müller.example", "XN--MLLER-KVA.example", "mueller.ex", "muller"]
)
def test_a_name_of_the_net_is_found_in_both_its_forms(typed):
    assert found_by(hosts("shop.xn--mller-kva.example"), f"shop.{typed}")
    assert found_by(hosts("shop.müller.example"), typed)


def test_nothing_is_found_by_its_ending_alone():
    assert not found_by(hosts("shop.müller.example"), "example")
    assert not found_by(emails("ada@mail.example"), "example")


@pytest.mark.parametrize("typed", ["ada.love@mail", "Ada.Love@Müller.example", "love@", "mail.exa"])
def test_an_address_is_found_by_its_beginning_its_parts_and_its_host(typed):
    assert found_by(
        together(emails("ada.love@mail.example"), emails("ada.love@xn--mller-kva.example")), typed
    )


@pytest.mark.parametrize(
    "typed",
    ["+49 30 901820", "0049 30 901820", "030 901820", "030/9018", "901820", "+49 (0)30 901820"],
)
def test_a_telephone_number_is_found_as_people_dial_it(typed):
    assert found_by(phones("+4930901820"), typed)


def test_what_many_share_opens_no_page_by_itself():
    assert exactly("4242") == [Term("4242", NAME)]


def test_of_two_ranks_of_a_word_the_better_one_counts():
    assert together([Term("ada", PART)], [Term("ada", NAME)]) == [Term("ada", NAME)]


def test_a_text_longer_than_the_column_is_cut_and_then_nobodys_own():
    (whole, *_) = numbers("x" * 200)
    assert (len(whole.text), whole.rank) == (80, NAME)


@pytest.mark.parametrize("typed", ["", "  ", "---", "\x00", "://"])
def test_a_text_without_a_letter_asks_for_nothing_that_is_kept(typed):
    assert not found_by(names("Ada"), typed) or not asked(typed).phrases


def test_the_end_of_a_uuid_is_no_number():
    reference = "cus_01a204c8-8afb-88f5-b710-550806300001"
    assert [term.text for term in numbers(reference)] == [reference]
