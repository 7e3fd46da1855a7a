"""Identity and access in the back office."""

from accounts.admin import (
    account,
    activity,
    api_keys,
    authorize,
    avatars,
    colleagues,
    guards,
    identity_providers,
    integrations,
    invitations,
    leaving,
    oauth_clients,
    people_files,
    portal_accounts,
    records,
    roles,
)

__all__ = [
    "account",
    "activity",
    "api_keys",
    "authorize",
    "avatars",
    "colleagues",
    "guards",
    "identity_providers",
    "integrations",
    "invitations",
    "leaving",
    "oauth_clients",
    "people_files",
    "portal_accounts",
    "records",
    "roles",
]
