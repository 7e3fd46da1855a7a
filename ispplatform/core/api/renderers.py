"""Writing answers, and agreeing with the client on their form."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from ispplatform.core.api.json_text import encode_json
from ispplatform.core.api.responses import (
    DONE,
    JSON,
    ErrorResponse,
    error_envelope,
    success_envelope,
)

_EMPTY_STATUSES = frozenset({204, 304})


class EnvelopeRenderer(BaseRenderer):
    """Writes the envelope around what a view returned."""

    media_type = JSON
    format = "json"
    charset = None
    render_style = "text"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        response = (renderer_context or {}).get("response")
        if getattr(response, "status_code", 200) in _EMPTY_STATUSES:
            return b""
        if isinstance(response, ErrorResponse):
            return encode_json(error_envelope(response.error))
        return encode_json(
            success_envelope(
                data,
                message=gettext(getattr(response, "message", "") or DONE),
                pagination=getattr(response, "pagination", None),
                top_level=getattr(response, "top_level", None),
            )
        )


class ContentNegotiation(DefaultContentNegotiation):
    """Everything is answered in JSON; a view that sends files names their types.

    A view may declare ``file_media_types = ("application/pdf",)``: a client that accepts only
    those is let in, and a refusal still reaches it as JSON.
    """

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        header = request.META.get("HTTP_ACCEPT", "*/*")
        if "*/*" in header or JSON in header:
            return renderer, JSON
        view = (request.parser_context or {}).get("view")
        offered = {JSON, *getattr(view, "file_media_types", ())}
        if not any(_accepts(part, offered) for part in header.lower().split(",")):
            raise NotAcceptable(available_renderers=[renderer])
        return renderer, JSON


def _accepts(part: str, offered: set[str]) -> bool:
    wanted = part.partition(";")[0].strip()
    if wanted in offered:
        return True
    kind, _, subtype = wanted.partition("/")
    return subtype == "*" and any(media_type.startswith(f"{kind}/") for media_type in offered)
