"""``manage.py rotate_secrets``: write all secrets anew with the first encryption key."""

from typing import Any

from django.core.management.base import BaseCommand

from ispplatform.core.secrets import secrets_rotate


class Command(BaseCommand):
    """Run after a new key was put in front of FIELD_ENCRYPTION_KEYS, before the old one goes."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{secrets_rotate()} secrets were encrypted with the first key.")
