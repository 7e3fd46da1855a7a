"""The base of every view of the API: order of checks, limits, options, one transaction a POST."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import APIException, MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from ispplatform.core.actors import Actor
from ispplatform.core.api.exceptions import CHALLENGE
from ispplatform.core.api.language import speak_to_caller
from ispplatform.core.api.permissions import PUBLIC, actor_of
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.errors import NotPermitted, PlatformError
from ispplatform.core.idempotency.posts import answer_once

STAFF = "staff"
PORTAL = "portal"


class ApiView(APIView):
    """A view that says what each of its actions asks for, and nothing about envelopes or limits.

    Attributes:
        permissions_required: for each action (for plain views each method in lower case) a
            permission ``resource:action``, ``PUBLIC``, ``LOGGED_IN`` or ``CUSTOMER``. An action
            that is missing is refused to everybody, and a system check reports it.
        audience: ``STAFF`` views refuse portal accounts, ``PORTAL`` views everyone else.
        throttle_scope: a scope of ``settings.API_LIMITS``, or a mapping of actions to scopes;
            None counts in the scope of the actor's kind.
        own_transactions: POST actions that open their transactions themselves (log-in, which
            must keep a failed attempt); they take no ``Idempotency-Key``.
        secret_answers: POST actions whose answer holds a secret: it is shown once, never stored.
        file_media_types: what the view sends besides JSON.
        is_bare: its answers are those of a standard, without the house's envelope.
    """

    permissions_required: Mapping[str, str] = {}
    audience: str | None = None
    throttle_scope: str | Mapping[str, str] | None = None
    own_transactions: frozenset[str] = frozenset()
    secret_answers: frozenset[str] = frozenset()
    file_media_types: tuple[str, ...] = ()
    is_bare: bool = False

    @property
    def action_name(self) -> str:
        """The action at hand: a viewset's action, else the method in lower case."""
        method = (self.request.method or "").lower()
        action = getattr(self, "action", None)
        return str(action or ("get" if method == "head" else method))

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return actor_of(self.request)

    def permission_for(self, action: str) -> str | None:
        """Return what an action asks for."""
        return self.permissions_required.get(action)

    def body(self, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """Return the values of the body as this serializer takes them.

        Raises:
            ValidationError: the form is wrong, or a name is unknown.
        """
        checked = serializer(data=self.request.data)
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)

    def prepare(self, request: Request) -> None:
        """Do what must not happen inside the transaction of a POST: ask a provider, for example.

        Runs after all checks and before the transaction opens; what it finds it keeps on ``self``.
        """

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.format_kwarg = None
        negotiated = self.perform_content_negotiation(request)
        request.accepted_renderer, request.accepted_media_type = negotiated
        request.version, request.versioning_scheme = None, None
        try:
            self._authenticate(request)
        finally:
            speak_to_caller(request._request)
        self.check_throttles(request)
        if request.method == "OPTIONS":
            return
        method = (request.method or "").lower()
        if method not in self.http_method_names or not hasattr(self, method):
            raise MethodNotAllowed(request.method or "")
        self.check_permissions(request)

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if self.permission_for(self.action_name) == PUBLIC:
            return
        if self.audience == STAFF and self.actor.is_customer:
            raise NotPermitted("Portal accounts use /api/portal/v1.")
        if self.audience == PORTAL and not self.actor.is_customer:
            raise NotPermitted("This is for customers' portal accounts.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Handle one request; as DRF's own, with POSTs answered once per ``Idempotency-Key``."""
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        wrapped = self.initialize_request(request, *args, **kwargs)
        self.request = wrapped
        try:
            self.initial(wrapped, *args, **kwargs)
            response = self._handle(wrapped, self._handler(wrapped))
        except Exception as exc:  # a border: handle_exception answers it or raises it again
            response = self.handle_exception(exc)
        self.response = self.finalize_response(wrapped, response, *args, **kwargs)
        return self.response

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Answer which methods there are, and nothing else."""
        return ApiResponse(status=204)

    def get_authenticate_header(self, request: Request) -> str:
        return CHALLENGE

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        verdict = getattr(request, "limit_verdict", None)
        if verdict is not None:
            for name, value in verdict.headers.items():
                final[name] = value
        final.setdefault("Cache-Control", "no-store")
        return final

    def _handler(self, request: Request) -> Callable[..., Any]:
        handler: Callable[..., Any] = getattr(self, (request.method or "").lower())
        return handler

    def _handle(self, request: Request, handler: Callable[..., Any]) -> Any:
        if request.method == "POST" and self.action_name not in self.own_transactions:
            return answer_once(self, request, lambda: handler(request, *self.args, **self.kwargs))
        return handler(request, *self.args, **self.kwargs)

    def _authenticate(self, request: Request) -> None:
        """Let the authenticators say who asks; whoever they do not vouch for is anonymous.

        The actor that the pages' middleware found by cookie does not count here: only an
        authenticator checks the CSRF token with it. Wrong tokens count against the address.
        """
        try:
            vouched = request.user is not None or request.auth is not None
        except (APIException, PlatformError):
            _forget_actor(request)
            self.check_throttles(request)
            raise
        if not vouched:
            _forget_actor(request)


def _forget_actor(request: Request) -> None:
    request._request.actor = Actor.anonymous()
