"""``manage.py operator_remove``: somebody runs the installation no more."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.operators import operator_remove
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError


class Command(BaseCommand):
    """Takes the rights of an operator of the installation from a person."""

    help = (
        "Let a person no longer run the installation. What they are in a company stays: an owner "
        "of that company ends it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="who runs the installation no more")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = operator_remove(
                actor=Actor.system("manage.py operator_remove"), email=options["email"]
            )
        except PlatformError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{user.email} does not run the installation any more.")
