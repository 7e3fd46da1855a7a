"""How easily a password is guessed."""

from collections.abc import Iterable
from dataclasses import dataclass

SCORE_WANTED = 3  # of 0 to 4: at least about 10^8 guesses
_JUDGED_CHARACTERS = 72  # what zxcvbn reads; more cannot make a password weaker


@dataclass(frozen=True, kw_only=True, slots=True)
class Guess:
    """What zxcvbn says of a password.

    Args:
        score: 0 (guessed at once) to 4.
        warning: what makes it weak, a sentence; empty when nothing stands out.
        suggestions: how to make it better, sentences.
    """

    score: int
    warning: str
    suggestions: tuple[str, ...]

    @property
    def is_easy(self) -> bool:
        """Whether nobody should use the password."""
        return self.score < SCORE_WANTED


def password_guess(password: str, *, known: Iterable[str] = ()) -> Guess:
    """Judge a password.

    Args:
        known: words that everybody knows of the person or the mailbox.
    """
    # Its dictionaries are 12 MiB, which a process needs that sets a password, and no other.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    judged = zxcvbn(password[:_JUDGED_CHARACTERS], user_inputs=list(known))
    feedback = judged["feedback"]
    return Guess(
        score=judged["score"],
        warning=feedback["warning"],
        suggestions=tuple(feedback["suggestions"]),
    )
