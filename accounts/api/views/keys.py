"""The public keys by which anybody can verify our access tokens."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.tokens.keys import token_keys


@require_safe
def jwks(request: HttpRequest) -> JsonResponse:
    """Return the JWKS document. Source: RFC 7517 s. 5."""
    answer = JsonResponse(token_keys().jwks())
    answer["Cache-Control"] = "public, max-age=300"
    return answer
