"""Identity and access in the back office."""

from accounts.admin import (
    account,
    api_keys,
    authorize,
    colleagues,
    guards,
    identity_providers,
    integrations,
    leaving,
    oauth_clients,
    portal_accounts,
    records,
    roles,
)

__all__ = [
    "account",
    "api_keys",
    "authorize",
    "colleagues",
    "guards",
    "identity_providers",
    "integrations",
    "leaving",
    "oauth_clients",
    "portal_accounts",
    "records",
    "roles",
]
