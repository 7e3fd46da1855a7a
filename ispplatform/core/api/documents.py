"""The OpenAPI documents and the pages that show them, all from this server."""

from functools import cache
from typing import Any

from csp.constants import NONCE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from ispplatform.core.api.json_text import encode_json
from ispplatform.core.api.responses import JSON

# Both pages style themselves; Redoc searches in a worker that it makes itself.
_PAGE_POLICY = {
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "worker-src": ["blob:"],
    "script-src": [SELF, NONCE],
}


@require_safe
def openapi_document(request: HttpRequest, prefix: str = "") -> HttpResponse:
    """Return the OpenAPI 3.1 document as JSON; ``prefix`` narrows it to a part of the addresses."""
    answer = HttpResponse(document_json(prefix), content_type=JSON)
    answer["Cache-Control"] = "public, max-age=300"
    return answer


@require_safe
@csp_replace(_PAGE_POLICY)
def swagger_page(request: HttpRequest) -> HttpResponse:
    """Return Swagger UI over the document: to read and to try."""
    return render(request, "api/swagger.html")


@require_safe
@csp_replace(_PAGE_POLICY)
def redoc_page(request: HttpRequest) -> HttpResponse:
    """Return Redoc over the document: to read."""
    return render(request, "api/redoc.html")


@cache
def document_json(prefix: str = "") -> bytes:
    """Return the OpenAPI document as JSON; it depends on the code alone, so it is made once."""
    with translation.override("en"):
        document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    if prefix:
        document["paths"] = {
            path: item for path, item in document["paths"].items() if path.startswith(prefix)
        }
    return encode_json(document)
