"""How easily a password is guessed."""

from collections.abc import Iterable
from dataclasses import dataclass

SCORE_WANTED = 3  # of 0 to 4: at least about 10^8 guesses
# What zxcvbn says, and how the house says it; pages have these in the reader's language.
WORDS = {
    "Use a few words, avoid common phrases.": "Use a few words that do not belong together.",
    "No need for symbols, digits, or uppercase letters.": "Length helps more than odd signs.",
    "Add another word or two. Uncommon words are better.": "Add a word or two, rare ones best.",
    "Straight rows of keys are easy to guess.": "Rows of keys are easy to guess.",
    "Short keyboard patterns are easy to guess.": "Rows of keys are easy to guess.",
    "Use a longer keyboard pattern with more turns.": "Do not go along the keys.",
    'Repeats like "aaa" are easy to guess.': "What is repeated is easy to guess.",
    'Repeats like "abcabcabc" are only slightly harder to guess than "abc".': (
        "What is repeated is easy to guess."
    ),
    "Avoid repeated words and characters.": "Do not repeat words or signs.",
    'Sequences like "abc" or "6543" are easy to guess.': "Rows like abc or 6543 are easy to guess.",
    "Avoid sequences.": "Do not count or spell on.",
    "Recent years are easy to guess.": "Years are easy to guess.",
    "Avoid recent years.": "Leave years out.",
    "Avoid years that are associated with you.": "Leave years of your own life out.",
    "Dates are often easy to guess.": "Dates are easy to guess.",
    "Avoid dates and years that are associated with you.": "Leave days of your own life out.",
    "This is a top-10 common password.": "Attackers try this password first.",
    "This is a top-100 common password.": "Attackers try this password first.",
    "This is a very common password.": "Many people use this password.",
    "This is similar to a commonly used password.": "This is close to what many people use.",
    "A word by itself is easy to guess.": "One word alone is easy to guess.",
    "Names and surnames by themselves are easy to guess.": "A name alone is easy to guess.",
    "Common names and surnames are easy to guess.": "Names are easy to guess.",
    "Capitalization doesn't help very much.": "A capital letter in front helps little.",
    "All-uppercase is almost as easy to guess as all-lowercase.": (
        "Capital letters alone help little."
    ),
    "Reversed words aren't much harder to guess.": "A word spelt backwards helps little.",
    "Predictable substitutions like '@' instead of 'a' don't help very much.": (
        "A sign in place of a letter, such as @ for a, helps little."
    ),
}
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
        warning=WORDS.get(feedback["warning"], ""),
        suggestions=tuple(WORDS[one] for one in feedback["suggestions"] if one in WORDS),
    )
