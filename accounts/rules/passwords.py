"""The password policy, and how to mend a password that breaks it.

Source: specification 002, section 7: at least eight characters with upper case, lower case, digit
and special character, weak ones refused.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.password_validation import CommonPasswordValidator

from ispplatform.core.guessing import password_guess

SHORTEST = 8
LONGEST = 128
HISTORY = 5

_common: list[CommonPasswordValidator] = []


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordReport:
    """What the policy says of a password.

    Args:
        score: 0 (guessed at once) to 4.
        problems: what the policy refuses, sentences; empty for a password that may be set.
        suggestions: how to make it better, sentences.
    """

    score: int
    problems: tuple[str, ...]
    suggestions: tuple[str, ...]

    @property
    def is_valid(self) -> bool:
        """Whether the password may be set."""
        return not self.problems


def normal_password(password: str) -> str:
    """Return the password in the one Unicode form in which it is hashed (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def password_report(password: str, *, personal: Iterable[str] = ()) -> PasswordReport:
    """Judge a password.

    Args:
        personal: words that everybody knows of this person: address, name, company.
    """
    problems = [sentence for is_broken, sentence in _form(password) if is_broken]
    if problems and len(password) > LONGEST:
        return PasswordReport(score=0, problems=tuple(problems), suggestions=())
    guess = password_guess(password, known=_words(personal))
    if _is_common(password):
        problems.append("This is one of the passwords that attackers try first.")
    elif guess.is_easy and len(password) >= SHORTEST:
        problems.append(guess.warning or "This password is too easy to guess.")
    suggestions = [*guess.suggestions]
    if problems and not suggestions:
        suggestions.append("Use several unrelated words with a number and a sign between them.")
    return PasswordReport(
        score=guess.score, problems=tuple(problems), suggestions=tuple(suggestions)
    )


def _form(password: str) -> list[tuple[bool, str]]:
    return [
        (len(password) < SHORTEST, f"Use at least {SHORTEST} characters."),
        (len(password) > LONGEST, f"Use at most {LONGEST} characters."),
        ("\0" in password, "A password cannot hold the NUL character."),
        (not any(sign.isupper() for sign in password), "Add a capital letter."),
        (not any(sign.islower() for sign in password), "Add a small letter."),
        (not any(sign.isdigit() for sign in password), "Add a digit."),
        (all(sign.isalnum() for sign in password), "Add a sign such as - or !"),
    ]


def _words(personal: Iterable[str]) -> list[str]:
    words: list[str] = []
    for text in personal:
        words += [text, *text.replace("@", " ").replace(".", " ").split()]
    return [word for word in words if len(word) > 2]


def _is_common(password: str) -> bool:
    if not _common:
        _common.append(CommonPasswordValidator())  # reads its list of 20,000 once
    return password.lower().strip() in _common[0].passwords
