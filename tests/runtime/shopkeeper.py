"""Opens a shop in the database of an installation, and prints tokens for its API, one a line.

``python -m tests.runtime.shopkeeper COLLEAGUES`` runs with the environment that the installation's
own programs have. A colleague may ask ten times as often as a program with a key.
"""

import sys

import django

django.setup()

from accounts.models import Role  # noqa: E402 - Django has to be ready
from accounts.services.roles import tenant_roles_seed  # noqa: E402
from accounts.services.token_pairs import token_pair  # noqa: E402
from ispplatform.core.tenancy.context import tenant_context  # noqa: E402
from tests.accounts.people import staff_in  # noqa: E402
from tests.factories.accounts import MembershipFactory  # noqa: E402
from tests.factories.core import TenantFactory  # noqa: E402
from tests.sales.conftest import open_shop  # noqa: E402


def main(colleagues: int) -> None:
    """Make the company, what it sells, and colleagues who may sell it."""
    tenant = TenantFactory(slug="northwind", name="Northwind Hosting", is_default=True)
    with tenant_context(tenant.pk):
        tenant_roles_seed(tenant)
        open_shop(tenant)
        admin = Role.objects.get(code="admin")
        for _ in range(colleagues):
            entry = staff_in(tenant, MembershipFactory(roles=[admin]))
            sys.stdout.write(f"Bearer {token_pair(entry=entry).access_token}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
