"""What admin code asks a request for."""

from typing import cast

from django.http import HttpRequest

from ispplatform.core.actors import Actor
from ispplatform.core.models.tenants import Tenant


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks; somebody anonymous when nobody is logged in."""
    return getattr(request, "actor", None) or Actor.anonymous()


def tenant_of(request: HttpRequest) -> Tenant | None:
    """Return the company that the request works for, or None before one is known."""
    return cast("Tenant | None", getattr(request, "tenant", None))
