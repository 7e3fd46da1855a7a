"""``manage.py company``: a live, empty company and its owner's way in."""

import zoneinfo
from argparse import ArgumentParser
from typing import Any

import pycountry
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils.text import slugify

from accounts.services.companies import company_create
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError
from ispplatform.core.models import Tenant, TenantMode

QUESTIONS = {
    "name": "Name of the company",
    "country": "Country, two letters (DE)",
    "currency": "Currency, three letters (EUR)",
    "time_zone": "Time zone (Europe/Berlin)",
    "owner_email": "E-mail address of the owner",
    "base_url": "Address of its pages (https://my.example.com)",
}


class Command(BaseCommand):
    """Asks for what no flag says, makes the company, and prints the owner's set-up link."""

    help = "Make a company. Prints a link with which its owner sets a password; it works 24 hours."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name, question in QUESTIONS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", default="", help=question)
        parser.add_argument("--slug", default="", help="short name; made of the name when missing")
        parser.add_argument("--language", default="en")
        parser.add_argument(
            "--sandbox", action="store_true", help="nothing in it is real: for trying and training"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        values = {name: _checked(name, options[name]) for name in QUESTIONS}
        tenant = Tenant(
            slug=options["slug"] or slugify(values["name"])[:40],
            name=values["name"],
            mode=TenantMode.SANDBOX if options["sandbox"] else TenantMode.LIVE,
            country=values["country"],
            currency=values["currency"],
            time_zone=values["time_zone"],
            language=options["language"],
            base_url=values["base_url"],
            contact_email=values["owner_email"],
        )
        try:
            made = company_create(
                actor=Actor.system("manage.py company"),
                tenant=tenant,
                owner_email=values["owner_email"],
            )
        except PlatformError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{tenant.name} is ready. Its owner sets a password here, within a day:")
        self.stdout.write(made.set_up_link)


def _checked(name: str, given: str) -> str:
    """Return the value of a flag, or ask until the answer can be used.

    Raises:
        CommandError: the flag's value cannot be used, or nobody is there to ask.
    """
    text = given
    while True:
        if not text:
            try:
                text = input(f"{QUESTIONS[name]}: ").strip()
            except EOFError:
                raise CommandError(f"Say --{name.replace('_', '-')}.") from None
        problem = _problem(name, text)
        if not problem:
            return _normal(name, text)
        if given:
            raise CommandError(problem)
        print(problem)  # noqa: T201 - a question and its answer, at the terminal
        text = ""


def _normal(name: str, text: str) -> str:
    if name in {"country", "currency"}:
        return text.upper()
    return text.rstrip("/") if name == "base_url" else text


def _problem(name: str, text: str) -> str:
    """Return why a value cannot be used; empty when it can."""
    if name == "country" and pycountry.countries.get(alpha_2=text.upper()) is None:
        return f"{text} is not a country of ISO 3166."
    if name == "currency" and pycountry.currencies.get(alpha_3=text.upper()) is None:
        return f"{text} is not a currency of ISO 4217."
    if name == "time_zone" and text not in zoneinfo.available_timezones():
        return f"{text} is not a time zone."
    if name == "base_url" and not text.startswith(("https://", "http://")):
        return "An address begins with https://"
    if name == "owner_email":
        try:
            validate_email(text)
        except ValidationError:
            return f"{text} is not an e-mail address."
    return ""
