"""The language that a customer chooses in the portal."""

from typing import Any

from accounts.models import User
from accounts.services.users import profile_update


def language_keep(request: Any, language: str) -> None:
    """Keep it at the log-in of a customer; for anybody else the cookie is enough."""
    entry = request.session_entry
    if entry is None or not request.actor.is_customer or entry.language == language:
        return
    profile_update(
        actor=request.actor,
        user=User.objects.get(pk=entry.user_id),
        changes={"preferences": {"language": language}},
    )
