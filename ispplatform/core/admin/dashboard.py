"""The home page of the back office: each app adds its tiles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

from ispplatform.core.actors import Actor
from ispplatform.core.admin.requests import actor_of, tenant_of
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.slots import Slot

Text = str | Promise


class Place(IntEnum):
    """Where a tile stands, from top to bottom."""

    TRUTH = 10
    SETUP = 15
    NEEDS_A_PERSON = 20
    TODAY = 30
    EXPIRING = 40
    CONNECTIONS = 50
    MONEY = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class DashboardTile:
    """One part of the home page.

    Args:
        key: stable name.
        place: where it stands; tiles of one place stand beside each other.
        title: what stands above it; empty draws no frame.
        permission: who sees it; empty for all staff.
        template: drawn with ``tile``, ``tenant``, ``viewer`` and what ``content`` gives.
        content: at most a few queries; None leaves the tile out.
    """

    key: str
    place: Place
    title: Text
    permission: str
    template: str
    content: Callable[[Tenant, Actor], Mapping[str, Any] | None]


DASHBOARD_TILES: Slot[DashboardTile] = Slot("admin.dashboard", key=lambda tile: tile.key)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the rows of tiles to the home page: Unfold's ``DASHBOARD_CALLBACK``."""
    tenant, actor = tenant_of(request), actor_of(request)
    rows: dict[Place, list[dict[str, Any]]] = {place: [] for place in Place}
    for tile in DASHBOARD_TILES.items() if tenant is not None else []:
        if tile.permission and not actor.can(tile.permission):
            continue
        content = tile.content(tenant, actor)
        if content is not None:
            rows[tile.place].append({"tile": tile, "content": content})
    context["tile_rows"] = [row for row in rows.values() if row]
    return context
