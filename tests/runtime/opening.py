"""What the shopkeeper does once Django is ready."""

import sys

from accounts.models import Role
from accounts.services.roles import tenant_roles_seed
from accounts.services.token_pairs import token_pair
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import staff_in
from tests.factories.accounts import MembershipFactory
from tests.factories.core import TenantFactory
from tests.sales.conftest import open_shop


def shop_opened(colleagues: int) -> None:
    """Make the company, what it sells, and colleagues who may sell it."""
    tenant = TenantFactory(slug="northwind", name="Northwind Hosting", is_default=True)
    with tenant_context(tenant.pk):
        tenant_roles_seed(tenant)
        open_shop(tenant)
        admin = Role.objects.get(code="admin")
        for _ in range(colleagues):
            entry = staff_in(tenant, MembershipFactory(roles=[admin]))
            sys.stdout.write(f"Bearer {token_pair(entry=entry).access_token}\n")
