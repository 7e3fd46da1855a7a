"""Addresses of the API at which there is nothing, or nothing any more."""

from typing import Any, NoReturn

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ispplatform.core.api.permissions import PUBLIC
from ispplatform.core.api.responses import ErrorResponse
from ispplatform.core.api.views import ApiView
from ispplatform.core.errors import NotFound

MIGRATION_GUIDE = "/api/v1/docs"


@extend_schema(exclude=True)
class UnknownAddressView(ApiView):
    """Whatever no other route answers: 404, counted like any request."""

    authentication_classes = ()
    permissions_required = dict.fromkeys(("get", "post", "put", "patch", "delete"), PUBLIC)
    own_transactions = frozenset({"post"})

    def get(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        """Answer 404."""
        raise NotFound("There is nothing at this address.")

    post = put = patch = delete = get


@extend_schema(exclude=True)
class RetiredVersionView(ApiView):
    """Everything below ``/api/v0``: 410, with the way to what replaced it."""

    authentication_classes = ()
    permissions_required = dict.fromkeys(("get", "post", "put", "patch", "delete"), PUBLIC)
    own_transactions = frozenset({"post"})

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer 410."""
        return ErrorResponse(
            "GONE",
            "Version 0 of the API is retired. Use /api/v1.",
            410,
            details={"migration_guide": MIGRATION_GUIDE},
            headers={"Link": f'<{MIGRATION_GUIDE}>; rel="deprecation"'},
        )

    post = put = patch = delete = get
