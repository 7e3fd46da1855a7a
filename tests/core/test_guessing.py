"""How the house says what zxcvbn says."""

import ast
import inspect

import pytest
from zxcvbn import feedback

from ispplatform.core.guessing import WORDS, password_guess


def test_every_sentence_of_zxcvbn_has_one_of_ours() -> None:
    tree = ast.parse(inspect.getsource(feedback))
    said = {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "_"
        and isinstance(call.args[0], ast.Constant)
    }

    assert said == set(WORDS)


@pytest.mark.parametrize(
    "password", ["qwertyuiop", "aaaaaaaa", "password", "19.04.1987", "drowssap"]
)
def test_what_is_easily_guessed_is_said_in_our_words(password: str) -> None:
    guess = password_guess(password)

    assert guess.is_easy
    assert guess.warning in WORDS.values()
    assert guess.suggestions
    assert set(guess.suggestions) <= set(WORDS.values())
