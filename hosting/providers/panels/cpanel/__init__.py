"""cPanel & WHM: accounts by WHM API 1, mailboxes by UAPI through WHM."""

from hosting.providers.panels.cpanel.panel import CpanelPanel
from hosting.providers.panels.cpanel.settings import CONFIG_FIELDS, CREDENTIAL_FIELDS

__all__ = ["CONFIG_FIELDS", "CREDENTIAL_FIELDS", "CpanelPanel"]
