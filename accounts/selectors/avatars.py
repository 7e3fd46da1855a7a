"""Pictures of people, read."""

from uuid import UUID

from accounts.models import Avatar
from accounts.rules.avatars import own_avatar_address
from ispplatform.core.errors import NotFound


def avatar_of(user_id: UUID) -> Avatar:
    """Return the picture of a person; whether the caller may see them is decided before.

    Raises:
        NotFound: there is none.
    """
    found = Avatar.objects.filter(user_id=user_id).first()
    if found is None:
        raise NotFound("There is no picture.")
    return found


def avatar_digest(user_id: UUID) -> str:
    """Return the digest of a person's picture; empty where there is none."""
    return Avatar.objects.filter(user_id=user_id).values_list("sha256", flat=True).first() or ""


def own_avatar(user_id: UUID) -> str | None:
    """Return where a colleague sees their own picture; None where there is none."""
    return own_avatar_address(avatar_digest(user_id))
