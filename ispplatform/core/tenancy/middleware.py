"""The border of a request: it begins in the company of its host name and leaves none behind."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port

from ispplatform.core.errors import NotFound
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.tenancy.context import TenantScope, current_scope, enter_scope
from ispplatform.core.tenancy.lookup import tenant_for_host

# Here a token, a key or the staff member's session may still name the company.
_CREDENTIAL_DECIDES = ("/api/v1/", "/admin")


class TenantMiddleware:
    """Sets ``request.tenant`` by the host name and works for it until the answer is made.

    ``request.tenant`` is None at addresses that belong to no company, and at the staff API and the
    admin under a host that nobody listed. A credential may put another tenant in its place
    (``accounts.principals.install``).

    Raises:
        Http404: a portal address under a host name at which nobody answers.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = current_scope()  # none, except where one process calls itself, as tests do
        enter_scope(None)
        try:
            tenant = _tenant_of_host(request)
            request.tenant = tenant  # type: ignore[attr-defined] # the request carries it
            if tenant is not None:
                enter_scope(TenantScope(tenant_id=tenant.pk))
            return self.get_response(request)
        finally:
            enter_scope(found)


def _tenant_of_host(request: HttpRequest) -> Tenant | None:
    if request.path.startswith(settings.TENANT_FREE_PATHS):
        return None
    host, _port = split_domain_port(request.get_host())
    try:
        return tenant_for_host(host)
    except NotFound as exc:
        if request.path.startswith(_CREDENTIAL_DECIDES):
            return None
        raise Http404("No company answers at this address.") from exc
