"""Logs: one JSON object a line in production, readable lines in development; never a secret."""

from ispplatform.settings import env
from ispplatform.settings.security import PRODUCTION

LOG_LEVEL = env.text("LOG_LEVEL", "INFO").upper()
LOG_FORMAT = env.text("LOG_FORMAT", "json" if PRODUCTION else "readable")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "ispplatform.core.logs.lines.json_lines"},
        "readable": {"()": "ispplatform.core.logs.lines.readable_lines"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Said once, with its id, by the access line; 4xx are not worth a warning each.
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
        # These tell addresses with their query strings.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # This one tells requests with their codes and secrets.
        "oauthlib": {"level": "WARNING"},
    },
}
