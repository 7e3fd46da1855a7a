"""The password policy. Source: specification 002, section 7."""

import pytest

from accounts.rules.passwords import normal_password, password_report


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("Ab1-xyz", "Use at least 8 characters."),
        ("grey-kettle-91", "Add a capital letter."),
        ("GREY-KETTLE-91", "Add a small letter."),
        ("Grey-Kettle-Orchard", "Add a digit."),
        ("GreyKettle91Orchard", "Add a sign such as - or !"),
        ("Grey-91-" + "x" * 121, "Use at most 128 characters."),
        ("Grey-Kettle-91\0", "A password cannot hold the NUL character."),
        ("Password1!", "This is one of the passwords that attackers try first."),
        ("Qwertyuiop1!", "This is close to what many people use."),
        ("trustno1", "This is one of the passwords that attackers try first."),
    ],
)
def test_broken_policy_is_told_with_its_reason(password: str, problem: str) -> None:
    report = password_report(password)

    assert not report.is_valid
    assert problem in report.problems


@pytest.mark.parametrize(
    "password", ["Grey-Kettle-91-Orchard", "Zürich grüßt 7 Möwen", "b0Ggle!Vexed-tarn"]
)
def test_strong_passwords_pass(password: str) -> None:
    report = password_report(password)

    assert report.is_valid
    assert report.score >= 3


def test_own_name_and_address_make_a_password_weak() -> None:
    password = "Lindqvist-7"

    assert password_report(password).is_valid
    weak = password_report(password, personal=("noa.lindqvist@mail.example", "Noa", "Lindqvist"))
    assert not weak.is_valid


def test_very_long_input_is_refused_without_being_judged() -> None:
    report = password_report("Aa1-" * 100_000)

    assert report.problems == ("Use at most 128 characters.",)


def test_the_same_letters_typed_differently_are_one_password() -> None:
    assert normal_password("ﬁsh-Ｋｅｔｔｌｅ-é") == normal_password("fish-Kettle-é")
