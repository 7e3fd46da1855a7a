"""Where the pictures of people are shown."""

from typing import Final
from uuid import UUID

OWN: Final = "/api/v1/users/me/avatar"
OWN_AT_PORTAL: Final = "/api/portal/v1/account/avatar"


def avatar_address(user_id: UUID, digest: str | None) -> str | None:
    """Return where staff see a person's picture; None where there is none."""
    return f"/api/v1/users/{user_id}/avatar" if digest else None


def own_avatar_address(digest: str | None) -> str | None:
    """Return where a colleague sees their own picture; None where there is none."""
    return OWN if digest else None
