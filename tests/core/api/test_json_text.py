"""JSON in and out: exact numbers, refused oddities."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from ispplatform.core.api.json_text import (
    ForbiddenCharacter,
    MalformedJson,
    decode_json,
    encode_json,
)
from ispplatform.core.api.names import NameTwice, snake_name, snake_names
from ispplatform.core.money import MinorUnits


def test_decimals_are_written_digit_by_digit():
    value = {
        "a": Decimal("64.70"),
        "b": Decimal("0.00"),
        "c": Decimal("1E+3"),
        "d": Decimal("-0.1"),
    }
    assert encode_json(value) == b'{"a":64.70,"b":0.00,"c":1000,"d":-0.1}'


def test_moments_ids_and_lazy_texts_have_their_one_form():
    moment = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    value = [moment, UUID(int=7), lazystr("late"), mark_safe("safe"), {1}]
    assert encode_json(value) == (
        b'["2026-03-01T09:00:00Z","00000000-0000-0000-0000-000000000007","late","safe",[1]]'
    )


@pytest.mark.parametrize("value", [MinorUnits(6470), Decimal("NaN"), object()])
def test_what_is_no_plain_value_is_a_programming_error(value):
    with pytest.raises(TypeError):
        encode_json({"total": value})


def test_numbers_with_a_point_are_decimals():
    assert decode_json(b'{"a": 0.1, "b": 12, "c": 1.10, "d": 1e2}') == {
        "a": Decimal("0.1"),
        "b": 12,
        "c": Decimal("1.10"),
        "d": Decimal("1E+2"),
    }
    assert str(decode_json(b"1.10")) == "1.10"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\x00"}',
        b'{"a": "\xff"}',
        b"9223372036854775808",
        b"-9223372036854775809",
        b"1e31",
        b"0e999999999",
        b"0." + b"1" * 40,
        b"1" * 5000,
        b"[" * 33 + b"]" * 33,
        b"[" * 100_000,
        b'{"a":' * 33 + b"1" + b"}" * 33,
    ],
)
def test_malformed_texts_are_refused(raw):
    with pytest.raises(MalformedJson):
        decode_json(raw)


def test_brackets_inside_texts_are_no_depth():
    text = '{"a": "' + "[" * 100 + '\\"' + "{" * 100 + '"}'
    assert decode_json(text.encode()) == {"a": "[" * 100 + '"' + "{" * 100}
    assert decode_json(b"[" * 32 + b"]" * 32) is not None


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (rb'{"a": "\u0000"}', "a"),
        (rb'{"a": {"b": ["x", "\ud800"]}}', "a.b.1"),
        (rb'{"a\udfff": 1}', ""),
    ],
)
def test_texts_that_no_database_holds_are_refused_with_their_place(raw, path):
    with pytest.raises(ForbiddenCharacter) as refused:
        decode_json(raw)
    assert refused.value.path == path


def test_whole_surrogate_pairs_are_ordinary_text():
    assert decode_json(rb'"\ud83d\ude00"') == "😀"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.text()
        | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15),
                      max_value=10**15, places=4),
        lambda inner: st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4),
        max_leaves=8,
    )
)  # fmt: skip
def test_what_is_written_is_read_back(value):
    texts = str(value)
    if "\\ud" in texts or "\\x00" in texts:
        return
    assert decode_json(encode_json(value)) == value


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("companyName", "company_name"),
        ("customerID", "customer_id"),
        ("HTTPStatus", "http_status"),
        ("ipv4Address", "ipv4_address"),
        ("already_snake", "already_snake"),
        ("non_field_errors", "non_field_errors"),
        ("lower", "lower"),
        ("ÄÖ", "ÄÖ"),
    ],
)
def test_camel_case_becomes_snake_case(theirs, ours):
    assert snake_name(theirs) == ours


def test_names_that_belong_to_the_caller_are_kept():
    body = {
        "customFields": {"favColor": 1},
        "billingAddress": {"postalCode": "1"},
        "data": [{"aB": 1}],
    }
    assert snake_names(body) == {
        "custom_fields": {"favColor": 1},
        "billing_address": {"postal_code": "1"},
        "data": [{"aB": 1}],
    }


def test_both_spellings_of_one_name_are_refused():
    with pytest.raises(NameTwice, match="company_name"):
        snake_names({"company_name": "a", "companyName": "b"})
