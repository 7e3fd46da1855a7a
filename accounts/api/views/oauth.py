"""The OAuth 2.0 endpoints: what they answer is the RFCs', not the house's."""

from collections.abc import Callable
from urllib.parse import parse_qs

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from oauthlib.common import Request as OAuthRequest
from rest_framework.request import Request

from accounts.api.answers import device_of
from accounts.api.serializers.oauth import (
    IntrospectionAnswer,
    OneTokenForm,
    ProtocolRefusal,
    TokenForm,
    TokenFormAnswer,
)
from accounts.choices import SessionKind
from accounts.selectors.oauth import client_named
from accounts.services.oauth_server import (
    OAuthAnswer,
    introspection_answer,
    presented_client,
    revocation_answer,
    token_answer,
)
from ispplatform.core.api.permissions import PUBLIC
from ispplatform.core.api.views import ApiView
from ispplatform.core.errors import NotFound
from ispplatform.core.middleware.addresses import address_group, client_address

_POST = frozenset({"post"})
FORM = "application/x-www-form-urlencoded"
PAGES = {SessionKind.STAFF: "admin:authorize", SessionKind.PORTAL: "accounts:authorize"}

# What the protocol refuses in words of its own; everything else is the house's refusal.
REFUSALS = {
    400: OpenApiResponse(
        ProtocolRefusal,
        "The form, the code, the token or what it asks for is not good.",
        [OpenApiExample("Refused", {"error": "invalid_grant"})],
    ),
    401: OpenApiResponse(
        ProtocolRefusal,
        "The client's credential is not good.",
        [OpenApiExample("Refused", {"error": "invalid_client"})],
    ),
}


class AuthorizeView(ApiView):
    """``GET /oauth/authorize``: where a client sends a browser."""

    authentication_classes = ()
    permissions_required = {"get": PUBLIC}
    is_bare = True

    @extend_schema(
        operation_id="oauth_authorize",
        parameters=[
            OpenApiParameter(name, str, required=name not in {"scope", "state"})
            for name in (
                "response_type",
                "client_id",
                "redirect_uri",
                "scope",
                "state",
                "code_challenge",
                "code_challenge_method",
            )
        ],
        responses={
            302: OpenApiResponse(description="To the consent page."),
            404: OpenApiResponse(description="There is no such client."),
        },
        tags=["oauth"],
    )
    def get(self, request: Request) -> HttpResponse:
        """Lead the browser to the page on which its person agrees."""
        client = client_named(request.query_params.get("client_id", ""))
        if client is None:
            raise NotFound("There is no such client.")
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{reverse(PAGES[SessionKind(client.side)])}?{query}")


class FormView(ApiView):
    """The base of endpoints that take a form with a client's credential; counted per client."""

    authentication_classes = ()
    permissions_required = {"post": PUBLIC}
    throttle_scope = "api_key"
    own_transactions = _POST
    is_bare = True

    def throttle_identity(self, request: Request) -> str:
        """Return client and address, so that nobody uses up another's limit."""
        asked = OAuthRequest(
            "https://nowhere.invalid", "POST", self.form(request), self.heads(request)
        )
        client_id, _secret = presented_client(asked)
        return f"oauth:{client_id[:64]}:{address_group(client_address(request._request))}"

    def form(self, request: Request) -> str:
        """Return the body as text; empty when it is no form."""
        if request.content_type.partition(";")[0].strip().lower() != FORM:
            return ""
        try:
            text: str = request._request.body.decode()
            parse_qs(text, max_num_fields=50)
        except ValueError:
            return ""
        return text

    def heads(self, request: Request) -> dict[str, str]:
        """Return the headers that the protocol reads."""
        return {"Authorization": request.headers.get("Authorization", "")}

    def answered(self, request: Request, answer: Callable[..., OAuthAnswer]) -> HttpResponse:
        """Return the endpoint's own answer."""
        told = answer(
            body=self.form(request),
            headers=self.heads(request),
            device=device_of(request._request),
        )
        response = HttpResponse(told.body, status=told.status, content_type="application/json")
        for name, value in told.headers.items():
            response[name] = value
        response["Cache-Control"] = "no-store"
        return response


class TokenView(FormView):
    """``POST /oauth/token``."""

    @extend_schema(
        operation_id="oauth_token",
        request={FORM: TokenForm},
        responses={200: TokenFormAnswer, **REFUSALS},
        tags=["oauth"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Exchange a code, a refresh token or a client's secret for tokens."""
        return self.answered(request, token_answer)


class RevokeView(FormView):
    """``POST /oauth/revoke``."""

    @extend_schema(
        operation_id="oauth_revoke",
        request={FORM: OneTokenForm},
        responses={200: None, **REFUSALS},
        tags=["oauth"],
    )
    def post(self, request: Request) -> HttpResponse:
        """End a token and what it belongs to, within a second."""
        return self.answered(request, revocation_answer)


class IntrospectView(FormView):
    """``POST /oauth/introspect``."""

    @extend_schema(
        operation_id="oauth_introspect",
        request={FORM: OneTokenForm},
        responses={200: IntrospectionAnswer, **REFUSALS},
        tags=["oauth"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Tell what a token of the client's integration still opens."""
        return self.answered(request, introspection_answer)
