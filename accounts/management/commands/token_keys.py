"""``manage.py token_keys``: the keys that sign access tokens."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.tokens.keys import TokenKeys, token_key_make, token_keys_prune

KEEP_SECONDS = 86_400  # much longer than an access token lives


class Command(BaseCommand):
    """Makes, rotates and lists the key pairs in ``KEYS_DIR``."""

    help = "Keys of access tokens: 'ensure' makes the first, 'rotate' a new one that signs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["ensure", "rotate", "list"])

    def handle(self, *args: Any, **options: Any) -> None:
        act = options["act"]
        present = TokenKeys(settings.KEYS_DIR).newest_first
        if act == "rotate" or (act == "ensure" and not present):
            key = token_key_make()
            self.stdout.write(f"New tokens are signed by {key.kid}.")
        if act == "rotate":
            for kid in token_keys_prune(keep_seconds=KEEP_SECONDS):
                self.stdout.write(f"Deleted {kid}: nothing that it signed is still valid.")
        for place, key in enumerate(TokenKeys(settings.KEYS_DIR).newest_first):
            use = "signs" if place == 0 else "verifies"
            self.stdout.write(f"{key.kid}  {use}  {key.path}")
