"""Limits by principal: who asks decides the scope, unless the view names one."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.api.limits import Verdict, count_request, limit_of
from ispplatform.core.api.permissions import actor_of
from ispplatform.core.clock import system_now
from ispplatform.core.middleware.addresses import address_group, client_address

# Scopes that hold for an address, whoever asks: those that guard credentials.
BY_ADDRESS = frozenset({"anonymous", "auth", "portal_auth"})
UNLIMITED = "unlimited"  # probes of load balancers


class PrincipalThrottle(BaseThrottle):
    """Counts each request once: in the view's own scope, else in that of the actor's kind.

    A view sets ``throttle_scope`` to a scope, or to a mapping of actions to scopes; it may offer
    ``throttle_identity(request)`` where the principal is not what the limit is for.
    """

    verdict: Verdict | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        scope = scope_of(view, actor_of(request))
        if scope == UNLIMITED:
            return True
        tenant = getattr(request, "tenant", None)
        limit = limit_of(scope, is_sandbox=bool(tenant is not None and tenant.is_sandbox))
        self.verdict = count_request(scope, _identity(request, view, scope), limit)
        request.limit_verdict = self.verdict
        return self.verdict.allowed

    def wait(self) -> float | None:
        if self.verdict is None:
            return None
        return max(1.0, self.verdict.reset_at_seconds - system_now().timestamp())


def scope_of(view: Any, actor: Actor) -> str:
    """Return the scope that a request to ``view`` counts in."""
    declared = getattr(view, "throttle_scope", None)
    if isinstance(declared, dict):
        declared = declared.get(view.action_name)
    if declared:
        return str(declared)
    if actor.client_id:
        return ActorType.API_KEY.value
    return actor.type.value


def _identity(request: Request, view: Any, scope: str) -> str:
    if hasattr(view, "throttle_identity"):
        return str(view.throttle_identity(request))
    actor = actor_of(request)
    if scope in BY_ADDRESS or actor.type is ActorType.ANONYMOUS:
        return address_group(client_address(request))
    return f"{actor.type}:{actor.id}:{actor.client_id}"
