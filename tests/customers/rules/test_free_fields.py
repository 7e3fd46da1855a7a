from decimal import Decimal

import pytest

from customers.rules.free_fields import free_fields_refusal, free_fields_stored


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"source": "fair", "score": 7, "vip": True, "since": None, "langs": ["de", "en"]},
        {"a.b-c_D1": Decimal("1.5")},
    ],
)
def test_plain_values_under_sound_names_are_kept(values):
    assert free_fields_refusal(values) == ""


@pytest.mark.parametrize(
    "values",
    [
        {"": 1},
        {"1st": 1},
        {"a b": 1},
        {"x" * 61: 1},
        {"nested": {"a": 1}},
        {"deep": [["a"]]},
        {"long": "x" * 2001},
        {"many": list(range(51))},
        {f"f{number}": 1 for number in range(51)},
    ],
)
def test_what_cannot_be_shown_in_a_form_is_refused(values):
    assert free_fields_refusal(values) != ""


def test_a_number_with_decimals_is_stored_as_written():
    assert free_fields_stored({"rate": Decimal("1.10"), "all": [1, Decimal("2.5")]}) == {
        "rate": "1.10",
        "all": [1, "2.5"],
    }
