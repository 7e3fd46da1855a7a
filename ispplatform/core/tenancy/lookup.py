"""Finding a tenant, without a query where the shared cache still knows it."""

from uuid import UUID

from django.core.cache import cache
from django.db import transaction

from ispplatform.core.errors import NotFound
from ispplatform.core.models.tenants import Tenant, TenantHost

CACHE_SECONDS = 300
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", "::1", "testserver"})
_DEVELOPMENT_SUFFIX = ".localhost"


def tenant_by_id(tenant_id: UUID) -> Tenant:
    """Return the tenant.

    Raises:
        NotFound: there is none with this id.
    """
    return _cached(f"tenant:id:{tenant_id}", {"pk": tenant_id})


def default_tenant() -> Tenant:
    """Return the tenant that a fresh installation has, or the one marked as default.

    Raises:
        NotFound: the installation has no tenant yet, or several and no default.
    """
    return _cached("tenant:default", {"is_default": True})


def tenant_for_host(host: str) -> Tenant:
    """Return whose portal answers at a host name (without port, any case).

    A listed host decides. One that is not listed gets the only tenant there is; else, on loopback,
    the default tenant or, for ``brand.localhost``, the tenant with that slug.

    Raises:
        NotFound: nobody answers there.
    """
    name = host.lower().rstrip(".")
    key = f"tenant:host:{name}"
    if known := cache.get(key):
        return tenant_by_id(known)
    tenant = _tenant_for_host(name)
    cache.set(key, tenant.pk, CACHE_SECONDS)
    return tenant


def forget_tenant_on_commit(tenant: Tenant) -> None:
    """Drop what the cache knows of a tenant once the present transaction has committed."""
    hosts = TenantHost.objects.filter(tenant=tenant).values_list("host", flat=True)
    keys = [f"tenant:id:{tenant.pk}", "tenant:default", *(f"tenant:host:{host}" for host in hosts)]
    transaction.on_commit(lambda: cache.delete_many(keys))


def _cached(key: str, condition: dict[str, object]) -> Tenant:
    tenant: Tenant | None = cache.get(key)
    if tenant is None:
        tenant = Tenant.objects.filter(**condition).first()
        if tenant is None:
            raise NotFound("There is no such company on this installation.")
        cache.set(key, tenant, CACHE_SECONDS)
    return tenant


def _tenant_for_host(name: str) -> Tenant:
    listed = TenantHost.objects.filter(host=name).select_related("tenant").first()
    if listed is not None:
        return listed.tenant
    tenants = list(Tenant.objects.order_by("-is_default", "created_at")[:2])
    if len(tenants) == 1:
        return tenants[0]
    if name.endswith(_DEVELOPMENT_SUFFIX):
        slug = name.removesuffix(_DEVELOPMENT_SUFFIX)
        if brand := Tenant.objects.filter(slug=slug).first():
            return brand
    elif name in LOOPBACK_HOSTS and tenants and tenants[0].is_default:
        return tenants[0]
    raise NotFound("No company answers at this address.")
