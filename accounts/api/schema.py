"""How the API's document describes the ways in."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class BearerScheme(OpenApiAuthenticationExtension):
    """A token or an API key in ``Authorization``, or a key in ``X-API-Key``."""

    target_class = "accounts.api.authentication.BearerAuthentication"
    name = ["bearer", "api_key"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "An access token from /api/v1/auth/login, or an API key.",
            },
            {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        ]


class CookieScheme(OpenApiAuthenticationExtension):
    """The browser's session; writes need the header ``X-CSRFToken``."""

    target_class = "accounts.api.authentication.CookieAuthentication"
    name = "cookie"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
