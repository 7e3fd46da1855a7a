"""A colleague at the back office, for tests of admin pages."""

from typing import Any

from django.urls import reverse

from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.pages.staff import staff_client


class Desk:
    """Opens pages and sends forms with seeded roles; the test stays in its tenant."""

    def __init__(self, tenant: Tenant, *roles: str) -> None:
        self.tenant = tenant
        self.client = staff_client(tenant, *roles)

    def get(self, name: str, /, *args: Any, query: str = "") -> Any:
        """Open the page of a URL name."""
        with tenant_context(self.tenant.pk):
            return self.client.get(f"{reverse(name, args=args)}{query}")

    def post(self, name: str, /, *args: Any, **values: Any) -> Any:
        """Send a form to the page of a URL name, and follow to where it leads."""
        with tenant_context(self.tenant.pk):
            return self.client.post(reverse(name, args=args), values, follow=True)


def text_of(response: Any) -> str:
    """Return a good answer's page."""
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())
