"""What programs read before they ask: the public keys, and where the OAuth endpoints are."""

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.services.oauth_server import oauth_metadata
from accounts.tokens.keys import token_keys


@require_safe
def jwks(request: HttpRequest) -> JsonResponse:
    """Return the JWKS document. Source: RFC 7517 s. 5."""
    answer = JsonResponse(token_keys().jwks())
    answer["Cache-Control"] = "public, max-age=300"
    return answer


@require_safe
def authorization_server(request: HttpRequest) -> JsonResponse:
    """Return the metadata of the company that answers at this host. Source: RFC 8414 s. 3."""
    tenant = request.tenant  # set by the middleware
    if tenant is None:
        raise Http404
    answer = JsonResponse(oauth_metadata(tenant))
    answer["Cache-Control"] = "public, max-age=300"
    return answer
