"""``manage.py second_factor_reset``: for an owner who lost the second factor and is alone."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Membership, User
from accounts.selectors.users import tenants_of_person
from accounts.services.second_factors import factors_remove
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError
from ispplatform.core.tenancy.context import tenant_context


class Command(BaseCommand):
    """Removes every second factor of a person; they set up another at the next log-in."""

    help = (
        "Remove the second factor of a colleague who lost it and whom no other colleague can help."
        " Whoever may run this on the server may read every row anyway; it stands in the trail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="whose second factor goes")
        parser.add_argument("--reason", required=True, help="kept in the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        tenants = tenants_of_person(user, Membership) if user is not None else ()
        if user is None or not tenants:
            raise CommandError("No colleague has a log-in with this address.")
        with tenant_context(min(tenants)):
            try:
                factors_remove(
                    actor=Actor.system("manage.py second_factor_reset"),
                    user=user,
                    reason=options["reason"],
                    customer_id=None,
                )
            except PlatformError as error:
                raise CommandError(error.message) from error
        self.stdout.write(f"{user.email} logs in with the password alone, and sets another up.")
