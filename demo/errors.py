"""What the demo command refuses."""

from ispplatform.core.errors import RuleViolation


class DemoNotWanted(RuleViolation):
    """Made-up customers have no place here."""

    code = "DEMO_NOT_WANTED"
