"""What is kept of a text so that it is found: pure functions, the same for both sides.

A phrase is kept whole and once more from each later word on. A beginning of any of its words, or
of any run of its words, is then the beginning of one kept text: one range of an index.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import idna
import phonenumbers

from ispplatform.core.models.search import TERM_CHARACTERS

IDENTITY, NAME, PART = 0, 1, 2
LATER_WORDS = 9
END_OF_A_UUID = 12  # characters
LAST = chr(0x10FFFF)

_WORD_STARTS = re.compile(r"(?<=[\s\-/&()'\",+_@:])(?=[^\s\-/&()'\",+_@:.])")
_PART_STARTS = re.compile(r"(?<=[\-._+])(?=[^\-._+])")
_LABEL_STARTS = re.compile(r"(?<=\.)(?=[^.])")
_EDGES = " \t\r\n-./&()'\",+_@:"
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
)
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_PHONE = re.compile(r"\+?[\d\s()./-]{5,40}")


@dataclass(frozen=True, slots=True)
class Term:
    """A kept text. ``rank``: 0 the thing's own number or name, 1 how it is called, 2 a part."""

    text: str
    rank: int


def folded(text: str) -> str:
    """Return a text without case, accents and doubled blanks."""
    plain = unicodedata.normalize("NFKD", text.replace("\x00", "").casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(letters.translate(_PLAIN).split())


def spellings(text: str) -> list[str]:
    """Return a text as it is compared: ``muller``, and ``mueller`` too where an umlaut stands."""
    composed = unicodedata.normalize("NFKC", text).casefold()
    both = (folded(text), folded(composed.translate(_TWO_LETTERS)))
    return [spelling for spelling in dict.fromkeys(both) if spelling]


def names(*texts: str) -> list[Term]:
    """Return the terms of names: whole, and from each later word on."""
    found = []
    for text in texts:
        for spelling in spellings(text):
            found.append(_term(spelling, NAME))
            starts = [match.start() for match in _WORD_STARTS.finditer(spelling)]
            found += [_term(spelling[start:], PART) for start in starts[:LATER_WORDS]]
    return _best(found)


def numbers(*texts: str) -> list[Term]:
    """Return the terms of numbers and ids: ``INV-2026-00042`` also as ``2026-00042`` and ``42``.

    The end of a UUID is no number, even where it happens to hold digits only.
    """
    found = []
    for text in texts:
        whole = folded(text)
        if not whole:
            continue
        found.append(_term(whole, IDENTITY))
        found.append(_term(whole.replace(" ", ""), IDENTITY))
        head, dash, rest = whole.partition("-")
        if dash and head.isalpha():
            found.append(_term(rest, PART))
        last = whole.rpartition("-")[2]
        if last.isdigit() and len(last) < END_OF_A_UUID and last.strip("0"):
            found.append(_term(last.lstrip("0"), PART))
    return _best(found)


def hosts(*texts: str, rank: int = IDENTITY) -> list[Term]:
    """Return the terms of domain names, in both their forms, without the bare ending."""
    found = []
    for text in texts:
        for form in _both_forms(text):
            for spelling in spellings(form):
                found.append(_term(spelling, rank))
                found += [_term(part, PART) for part in _later_parts(spelling)]
    return _best(found)


def emails(*texts: str) -> list[Term]:
    """Return the terms of e-mail addresses: whole, from each part of the name on, and the host."""
    found = []
    for text in texts:
        mailbox, at, host = text.strip().rpartition("@")
        if not at:
            continue
        for form in _both_forms(host):
            for spelling in spellings(f"{mailbox}@{form}"):
                found.append(_term(spelling, IDENTITY))
                found += [
                    _term(part, PART) for part in _later_parts(spelling, until=spelling.find("@"))
                ]
        found += [Term(term.text, PART) for term in hosts(host)]
    return _best(found)


def phones(*texts: str) -> list[Term]:
    """Return the terms of telephone numbers: digits as dialled from abroad, at home, in town."""
    found = []
    for text in texts:
        digits = re.sub(r"\D", "", text).removeprefix("00")
        if len(digits) < 3:
            continue
        found.append(_term(digits, IDENTITY))
        try:
            number = phonenumbers.parse(text, None)
        except phonenumbers.NumberParseException:
            continue
        home = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        groups = re.findall(r"\d+", home)
        found.append(_term("".join(groups), IDENTITY))
        found += [_term("".join(groups[at:]), PART) for at in range(1, len(groups))]
        found.append(_term(str(number.national_number), PART))
    return _best(found)


def exactly(*texts: str) -> list[Term]:
    """Return the terms of what is only found whole or by its beginning, and is not unique."""
    return _best(_term(spelling, NAME) for text in texts for spelling in spellings(text))


def read_out(*references: str) -> list[Term]:
    """Return the terms of references that people read out: ``7F3K-22A1``, with and without dash.

    One is a thing's own, but may by rare chance be another's too.
    """
    forms = (form for text in references for form in (text, text.replace("-", "")))
    return _best(_term(folded(form), IDENTITY) for form in forms if form)


def together(*parts: Iterable[Term]) -> list[Term]:
    """Return the terms of several parts, each text once, with its best rank."""
    return _best(chain.from_iterable(parts))


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed: the phrases it may mean, and the spellings of each of its words."""

    phrases: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]


def asked(text: str) -> Asked:
    """Return what a typed text asks for."""
    typed = text.strip(_EDGES) if text.strip(_EDGES) else text
    phrases = [spelling[:TERM_CHARACTERS] for spelling in spellings(typed)]
    if _PHONE.fullmatch(text.strip()):
        digits = re.sub(r"\D", "", text.replace("(0)", "")).removeprefix("00")
        phrases.append(digits if len(digits) >= 5 else "")
    if phrases and phrases[0].isdigit():
        phrases.append(phrases[0].lstrip("0"))
    words = [tuple(spellings(word)) for word in re.split(r"[\s,]+", typed) if spellings(word)]
    known = tuple(phrase for phrase in dict.fromkeys(phrases) if phrase)
    return Asked(known, tuple(dict.fromkeys(words)))


def _term(text: str, rank: int) -> Term:
    if len(text) > TERM_CHARACTERS:
        return Term(text[:TERM_CHARACTERS], max(rank, NAME))
    return Term(text, rank)


def _best(terms: Iterable[Term]) -> list[Term]:
    ranks: dict[str, int] = {}
    for term in terms:
        if term.text:
            ranks[term.text] = min(term.rank, ranks.get(term.text, term.rank))
    return [Term(text, rank) for text, rank in ranks.items()]


def _later_parts(text: str, *, until: int | None = None) -> list[str]:
    """Return a name from each later part on; the bare ending of a host is nobody's name."""
    end = text.rfind(".") if until is None else until
    pattern = _LABEL_STARTS if "xn--" in text else _PART_STARTS
    starts = [match.start() for match in pattern.finditer(text)]
    return [text[start:] for start in starts if start <= end][:LATER_WORDS]


def _both_forms(host: str) -> list[str]:
    """Return a host name with A-labels and with U-labels."""
    name = unicodedata.normalize("NFKC", host).casefold().strip().strip(".")
    labels = name.split(".")
    forms = (".".join(map(_a_label, labels)), ".".join(map(_u_label, labels)))
    return [form for form in dict.fromkeys(forms) if form]


def _a_label(label: str) -> str:
    if label.isascii():
        return label
    try:
        return idna.encode(label).decode()
    except (idna.IDNAError, UnicodeError):
        return label


def _u_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return label
