"""What to call a customer, and under which words it is found."""

import re
import unicodedata


def display_name(*, first_name: str, last_name: str, company_name: str, email: str) -> str:
    """Return the name of the company, else of the person, else the e-mail address."""
    person = f"{first_name.strip()} {last_name.strip()}".strip()
    return company_name.strip() or person or email


def name_parts(full_name: str) -> tuple[str, str]:
    """Return (first name, last name) of a name in one piece; the last word is the last name."""
    first, _, last = " ".join(full_name.split()).rpartition(" ")
    return first, last


def folded(text: str) -> str:
    """Return ``text`` as search compares it: no case, one form of each letter, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def search_text(*parts: str) -> str:
    """Return one searchable text of several; telephone numbers are found by their digits too."""
    found = [folded(part) for part in parts if part.strip()]
    found += [digits for part in parts if (digits := phone_digits(part))]
    return " ".join(dict.fromkeys(found))


def search_words(query: str) -> list[str]:
    """Return the words that must all be found; a telephone number in pieces is one word."""
    digits = phone_digits(query)
    return [digits] if digits else folded(query).split()


def phone_digits(text: str) -> str:
    """Return the digits of what looks like a telephone number and nothing else, else nothing."""
    if not re.fullmatch(r"\s*\+?[\d\s()./-]{5,40}", text):
        return ""
    digits = re.sub(r"\D", "", text)
    return digits.removeprefix("00") if len(digits) >= 5 else ""
