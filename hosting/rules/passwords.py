"""Passwords of mailboxes and accounts."""

import secrets
import string

from hosting.errors import PasswordTooWeak
from ispplatform.core.guessing import password_guess

MIN_LENGTH = 12
MAX_LENGTH = 72
_LETTERS = string.ascii_letters.translate({ord(letter): None for letter in "lIO"})
_DIGITS = "23456789"
_SIGNS = "-_.+"


def new_password(length: int = 20) -> str:
    """Return a random password of letters, digits and signs that are hard to misread.

    It has at least one of each and begins with a letter: every panel takes that.
    """
    while True:
        text = secrets.choice(_LETTERS) + "".join(
            secrets.choice(_LETTERS + _DIGITS + _SIGNS) for _ in range(length - 1)
        )
        kinds = (str.islower, str.isupper, str.isdigit, lambda sign: sign in _SIGNS)
        if all(any(is_kind(sign) for sign in text) for is_kind in kinds):
            return text


def check_password(password: str, *, address: str) -> None:
    """Return when a password that somebody chose is good enough for a mailbox.

    Args:
        address: of the mailbox; a password made from it is weak.

    Raises:
        PasswordTooWeak: shorter than 12 or longer than 72 characters, unprintable, or easily
            guessed.
    """
    if len(password) < MIN_LENGTH:
        raise PasswordTooWeak(f"Use at least {MIN_LENGTH} characters.", field="password")
    if len(password.encode()) > MAX_LENGTH:
        raise PasswordTooWeak(f"Use at most {MAX_LENGTH} characters.", field="password")
    if not password.isprintable() or not password.isascii():
        raise PasswordTooWeak(
            "Use letters, digits and signs of a plain keyboard: some mail programs know no others.",
            field="password",
        )
    local, _, domain = address.partition("@")
    guess = password_guess(password, known=[local, domain, domain.partition(".")[0]])
    if guess.is_easy:
        hint = guess.warning or "It is easily guessed."
        raise PasswordTooWeak(
            f"{hint.removesuffix('.')}. Try a few unrelated words.", field="password"
        )
