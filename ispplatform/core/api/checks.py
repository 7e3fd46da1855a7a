"""System checks: a route without a declared permission, or public by accident, does not start."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from ispplatform.core.api.filtering import PAGING_NAMES
from ispplatform.core.api.permissions import CUSTOMER, LOGGED_IN, PUBLIC
from ispplatform.core.api.throttles import UNLIMITED
from ispplatform.core.api.views import ApiView

_WORDS = frozenset({PUBLIC, LOGGED_IN, CUSTOMER})


def api_routes() -> Iterator[tuple[str, type[APIView], dict[str, str]]]:
    """Yield every route of a DRF view: its address, its class, its methods with their actions.

    Methods are in lower case; a plain view's action is its method.
    """
    yield from _routes(get_resolver().url_patterns, "")


@register(Tags.urls)
def check_api_routes(
    *, app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Report routes whose permissions, limits or filters are not declared as they must be."""
    found: list[CheckMessage] = []
    for address, view, actions in api_routes():
        if not issubclass(view, ApiView):
            found.append(Error(f"{address}: {view.__name__} is no ApiView.", id="core.E050"))
            continue
        found += [*_permissions(address, view, actions), *_limits(address, view)]
        found += _filters(address, view)
    return found


def _routes(
    patterns: list[URLPattern | URLResolver], prefix: str
) -> Iterator[tuple[str, type[APIView], dict[str, str]]]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, address)
            continue
        view = getattr(pattern.callback, "cls", None)
        if isinstance(view, type) and issubclass(view, APIView):
            yield address, view, _actions(pattern.callback, view)


def _actions(callback: Any, view: type[APIView]) -> dict[str, str]:
    declared: dict[str, str] | None = getattr(callback, "actions", None)
    if declared:
        return {method: action for method, action in declared.items() if method != "head"}
    names = {"get", "post", "put", "patch", "delete"}
    return {name: name for name in sorted(names) if hasattr(view, name)}


def _permissions(
    address: str, view: type[ApiView], actions: dict[str, str]
) -> Iterator[CheckMessage]:
    for method, action in actions.items():
        permission = view.permissions_required.get(action)
        place = f"{method.upper()} {address} ({view.__name__}.{action})"
        if permission is None:
            yield Error(f"{place} says nothing about permissions.", id="core.E051")
        elif permission == PUBLIC and place.partition(" (")[0] not in settings.API_PUBLIC_ROUTES:
            yield Error(f"{place} is public and not in API_PUBLIC_ROUTES.", id="core.E052")
        elif permission not in _WORDS and ":" not in permission:
            yield Error(f"{place}: {permission!r} is not resource:action.", id="core.E053")


def _limits(address: str, view: type[ApiView]) -> Iterator[CheckMessage]:
    declared = view.throttle_scope or ()
    scopes = declared.values() if isinstance(declared, dict) else {declared} if declared else ()
    for scope in scopes:
        if scope not in settings.API_LIMITS and scope != UNLIMITED:
            yield Error(f"{address}: there is no limit {scope!r} in API_LIMITS.", id="core.E054")


def _filters(address: str, view: type[ApiView]) -> Iterator[CheckMessage]:
    names = set(getattr(view, "filter_fields", {})) & (PAGING_NAMES | {"search"})
    if names:
        yield Error(f"{address}: {sorted(names)} cannot name filters.", id="core.E055")
