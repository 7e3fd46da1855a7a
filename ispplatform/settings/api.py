"""The REST interface: DRF, its limits, its OpenAPI document."""

from ispplatform import __version__
from ispplatform.settings import env

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.BearerAuthentication",
        "accounts.api.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["ispplatform.core.api.permissions.DeclaredPermission"],
    "DEFAULT_THROTTLE_CLASSES": ["ispplatform.core.api.throttles.PrincipalThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["ispplatform.core.api.renderers.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": ["ispplatform.core.api.parsers.ExactJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "ispplatform.core.api.renderers.ContentNegotiation",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "ispplatform.core.api.schema.HouseAutoSchema",
    "EXCEPTION_HANDLER": "ispplatform.core.api.exceptions.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": False,
    "URL_FORMAT_OVERRIDE": None,
    "FORMAT_SUFFIX_KWARG": None,
}

# Source: specification, conflicts.md C13; architecture.md section 8.
API_LIMITS = {
    "user": "1000/minute",
    "customer": "100/minute",
    "api_key": "100/minute",  # OAuth clients too
    "system": "1000/minute",
    "anonymous": "60/minute",
    "auth": "5/minute",
    "portal_auth": "10/minute",
    "session": "60/minute",  # refresh and log-out
    "search": "30/minute",
    "bulk": "10/hour",
    "upload": "10/minute",
    "report": "5/minute",
    "gateway": "1200/minute",  # notices of payment gateways; they come in bursts
}
# How many reverse proxies of ours stand in front: whose X-Forwarded-For entries are believed.
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0)

# What needs no log-in: each public route is named here as well as in its view.
_EVERY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")
API_PUBLIC_ROUTES = frozenset(
    {
        "GET health",
        "GET status",
        "GET version",
        "GET api/v1/health",
        "GET api/v1/status",
        "GET api/v1/version",
        # accounts: a credential is shown here that no authenticator knows
        "POST api/v1/auth/login",
        "POST api/v1/auth/refresh",
        "POST api/v1/auth/password/forgot",
        "POST api/v1/auth/password/reset",
        "POST api/v1/auth/password/validate",
        "POST api/v1/users/invitations/accept",
        "POST api/v1/users/verify-email",
        "POST api/v1/users/me/reactivate",
        "POST api/portal/v1/auth/reactivate",
        "GET api/v1/oauth/authorize",
        "POST api/v1/oauth/token",
        "POST api/v1/oauth/revoke",
        "POST api/v1/oauth/introspect",
        # billing: a gateway's signature is the credential
        "POST api/v1/gateways/stripe/events/<uuid:connection_id>",
        "POST api/portal/v1/auth/register",
        "POST api/portal/v1/auth/login",
        "POST api/portal/v1/auth/passkey",
        "POST api/portal/v1/auth/passkey/question",
        "POST api/portal/v1/auth/refresh",
        "POST api/portal/v1/auth/verify-email",
        "POST api/portal/v1/auth/verify-email/resend",
        "POST api/portal/v1/auth/password/forgot",
        "POST api/portal/v1/auth/password/reset",
        # the shop
        "GET api/portal/v1/plans",
        "GET api/portal/v1/plans/<uuid:id>",
        "POST api/portal/v1/domains/availability",
        *(f"{method} api/v0" for method in _EVERY_METHOD),
        *(f"{method} api/v0/<path:rest>" for method in _EVERY_METHOD),
        *(f"{method} api/" for method in _EVERY_METHOD),
        *(f"{method} api/<path:rest>" for method in _EVERY_METHOD),
    }
)
# Addresses outside /api/ at which programs ask.
API_ROOT_PATHS = frozenset({"/health", "/status", "/version", "/metrics", "/openapi.json"})
# Who may read /metrics, as networks.
METRICS_NETWORKS = env.words("METRICS_NETWORKS", "127.0.0.0/8,::1/128")

SPECTACULAR_SETTINGS = {
    "TITLE": "ISP Platform API",
    "DESCRIPTION": (
        "Customers, catalogue, orders, invoices, payments, domains, hosting, e-mail, network and "
        "support of one company. `/api/v1` is for staff and integrators, `/api/portal/v1` for "
        "customers. Guides: docs/mechanisms/ in the source."
    ),
    "VERSION": __version__,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_NO_READ_ONLY_REQUIRED": False,
    "DISABLE_ERRORS_AND_WARNINGS": False,
    "PREPROCESSING_HOOKS": ["ispplatform.core.api.schema.without_root_copies"],
    # Choices stand where they are used: a shared name for each set would have to be kept by hand.
    "POSTPROCESSING_HOOKS": ["ispplatform.core.api.schema_hooks.with_shared_parts"],
    "SERVERS": [{"url": "/", "description": "This installation"}],
}
