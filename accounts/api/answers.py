"""The answers that carry tokens, in every shape that the specification's clients read."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.errors import TenantNotYours
from accounts.models import User
from accounts.selectors.avatars import own_avatar
from accounts.selectors.principals import SessionEntry
from accounts.selectors.second_factors import factor_state
from accounts.services.sessions import Device
from accounts.services.token_pairs import TokenPair
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.errors import NotFound
from ispplatform.core.middleware.addresses import client_address
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.lookup import tenant_by_id

TOKEN_TYPE = "bearer"  # noqa: S105 - the name of a scheme


def device_of(request: HttpRequest, key: str = "") -> Device:
    """Return what a request tells of the device it comes from."""
    return Device(
        address=client_address(request),
        user_agent=request.headers.get("User-Agent", ""),
        key=key,
    )


def named_tenant(request: Request, text: str) -> tuple[Tenant | None, bool]:
    """Return the company that a log-in names, in its body or header, else the host name's.

    Returns:
        The tenant, if any, and whether the request names it itself.

    Raises:
        TenantNotYours: body and header name two companies, or one that does not exist.
    """
    header = request.headers.get("X-Tenant-ID", "")
    if text and header and text.lower() != header.lower():
        raise TenantNotYours("X-Tenant-ID and tenant_id name two companies.")
    named = text or header
    if not named:
        return getattr(request, "tenant", None), False
    try:
        return tenant_by_id(UUID(named)), True
    except (ValueError, NotFound):
        # A company that is not there and one that is not yours are told alike.
        raise TenantNotYours("You do not work for this company.") from None


def token_answer(pair: TokenPair, shown: dict[str, Any], message: str) -> ApiResponse:
    """Return the answer of a log-in or refresh.

    Source: specification, conflicts.md R1 and R2: a client cannot be known before it logs in, so
    the names of all three documents are given.
    """
    tokens = {
        "access_token": pair.access_token,
        "refresh_token": pair.refresh_token,
        "token_type": TOKEN_TYPE,
        "expires_in": pair.expires_in,
    }
    older = {
        "token": pair.access_token,
        "refreshToken": pair.refresh_token,
        "expiresIn": pair.expires_in,
    }
    top = {**tokens, **({"user": shown["user"]} if "user" in shown else {})}
    return ApiResponse({**tokens, **older, **shown}, message=message, top_level=top)


def staff_shown(entry: SessionEntry, user: User) -> dict[str, Any]:
    """Return what a colleague's token answer shows beside the tokens."""
    tenant = tenant_by_id(entry.tenant_id)
    return {
        "user": {
            "id": user.pk,
            "email": user.email,
            "name": user.get_full_name(),
            "first_name": user.first_name,
            "last_name": user.last_name,
            "avatar": own_avatar(user.pk),
            "roles": list(entry.roles),
            "permissions": sorted(entry.permissions),
            "must_change_password": entry.must_change_password,
        },
        "tenant": {
            "id": tenant.pk,
            "name": tenant.name,
            "slug": tenant.slug,
            "mode": tenant.mode,
        },
    }


def portal_shown(entry: SessionEntry) -> dict[str, Any]:
    """Return what a customer's token answer shows beside the tokens."""
    has_factor = entry.is_factor_required
    return {
        "portal_id": entry.portal_id,
        "customer_id": entry.customer_id,
        "account_type": "customer",
        "require_password_change": entry.must_change_password,
        "require_two_factor": has_factor,
        "two_factor_methods": list(factor_state(entry.user_id).methods) if has_factor else [],
    }
