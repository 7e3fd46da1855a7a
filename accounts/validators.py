"""The password policy where Django itself asks: ``createsuperuser`` and forms of its own."""

from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.rules.passwords import SHORTEST, password_report


class PolicyValidator:
    """Refuses what ``accounts.rules.passwords`` refuses."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Return when the password may be set.

        Raises:
            ValidationError: it may not; one message for each reason.
        """
        personal = (user.email, user.first_name, user.last_name) if user is not None else ()
        report = password_report(password, personal=personal)
        if not report.is_valid:
            raise ValidationError([*report.problems, *report.suggestions])

    def get_help_text(self) -> str:
        """Return the policy in a sentence."""
        return (
            f"At least {SHORTEST} characters with a capital letter, a small letter, a digit and "
            "a sign, and not easy to guess."
        )
