"""What forms of the back office offer and read, wherever customers are changed."""

from accounts.choices import MembershipStatus
from accounts.models import Membership


def colleagues() -> list[tuple[str, str]]:
    """Return who a customer may be assigned to: (user id, name), nobody first."""
    members = Membership.objects.filter(status=MembershipStatus.ACTIVE).select_related("user")
    names = [(str(row.user_id), row.user.get_full_name()) for row in members]
    return [("", "—"), *sorted(names, key=lambda pair: pair[1].casefold())]


def tags_typed(text: str) -> list[str]:
    """Return the names in a comma-separated text."""
    return [name.strip() for name in text.split(",") if name.strip()]
