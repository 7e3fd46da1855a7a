"""What services of *Needs a person* refuse."""

from ispplatform.core.errors import RuleViolation


class AttentionAlreadyResolved(RuleViolation):
    """The row is settled already: somebody was faster."""

    code = "ATTENTION_ALREADY_RESOLVED"
