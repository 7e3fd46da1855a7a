"""Made-up people, companies and names: the same seed gives the same ones."""

import json
import random
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from customers.rules.values import AddressData

WORDS: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "data" / "words.json").read_text(encoding="utf-8")
)
CITIES = (
    ("20095", "Hamburg"),
    ("10115", "Berlin"),
    ("80331", "München"),
    ("50667", "Köln"),
    ("70173", "Stuttgart"),
    ("04109", "Leipzig"),
    ("28195", "Bremen"),
    ("24103", "Kiel"),
    ("18055", "Rostock"),
    ("79098", "Freiburg"),
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who may become a customer; ``company`` is empty for a private person."""

    first_name: str
    last_name: str
    company: str
    email: str
    phone: str
    address: AddressData

    @property
    def name(self) -> str:
        """What the customer is called."""
        return self.company or f"{self.first_name} {self.last_name}"


class People:
    """Draws people and names, none of them twice."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - nobody guesses a made-up name
        self._names: set[str] = set()
        self._emails: set[str] = set()

    def person(self, *, company: str = "", is_business: bool = False) -> Person:
        """Return a new person, in Germany, with a trade of their own where a business is wanted."""
        first, last = self._one_of("first_names"), self._one_of("last_names")
        if is_business and not company:
            company = f"{last} {self.dice.choice(WORDS['trades'])}"
        postal_code, city = self.dice.choice(CITIES)
        return Person(
            first_name=first,
            last_name=last,
            company=company,
            email=self._email(first, last, company),
            phone=f"+49 40 {self.dice.randrange(200_000, 999_999)}",
            address=AddressData(
                street=f"{self.dice.choice(WORDS['streets'])} {self.dice.randrange(1, 120)}",
                postal_code=postal_code,
                city=city,
                country="DE",
            ),
        )

    def domain(self, tld: str = "example") -> str:
        """Return a name that nobody in this history has had yet."""
        while True:
            first, second = self.dice.sample(WORDS["words"], 2)
            joint = self.dice.choice(("", "", "-"))
            name = f"{first}{joint}{second}.{tld}"
            if name not in self._names:
                self._names.add(name)
                return name

    def _one_of(self, kind: str) -> str:
        return self.dice.choice(WORDS[kind])

    def _email(self, first: str, last: str, company: str) -> str:
        host = f"{slug(company)}.example" if company else "mail.example"
        stem = slug(first) if company else f"{slug(first)}.{slug(last)}"
        email, number = f"{stem}@{host}", 2
        while email in self._emails:
            email, number = f"{stem}{number}@{host}", number + 1
        self._emails.add(email)
        return email


def slug(text: str) -> str:
    """Return ``text`` in the letters of a host name."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    kept = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in plain
                   if not unicodedata.combining(sign))  # fmt: skip
    return "-".join(part for part in kept.split("-") if part)
