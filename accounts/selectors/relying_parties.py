"""At which host names a company asks for passkeys."""

from urllib.parse import urlsplit

from accounts.rules.passkeys import RelyingParty
from ispplatform.core.errors import NotFound
from ispplatform.core.models import TenantHost
from ispplatform.core.tenancy.lookup import tenant_for_host

LOCAL = "localhost"


def relying_party_at(*, host: str, origin: str) -> RelyingParty | None:
    """Return the company that asks at a host name, or None where passkeys do not work.

    A host counts when it is the company's configured address, one of its listed hosts, or this
    machine's own name: a name that is in a request alone is nobody's.

    Args:
        host: without port.
        origin: scheme, host and port, as a browser signs them.
    """
    name = host.lower().rstrip(".")
    try:
        tenant = tenant_for_host(name)
    except NotFound:
        return None
    is_ours = (
        name == (urlsplit(tenant.base_url).hostname or "")
        or name == LOCAL
        or name.endswith(f".{LOCAL}")
        or TenantHost.objects.filter(tenant=tenant, host=name).exists()
    )
    is_number = name.replace(".", "").isdigit() or name.startswith("[")
    if not is_ours or is_number:
        return None
    return RelyingParty(host=name, origin=origin.lower(), name=tenant.name)
