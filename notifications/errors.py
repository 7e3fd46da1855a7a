"""What services of this app refuse."""

from ispplatform.core.errors import NotFound, RuleViolation


class MailNotFound(NotFound):
    """No such mail, or none that the caller may see."""

    code = "MAIL_NOT_FOUND"


class MailNotRepeatable(RuleViolation):
    """The mail holds a code or link that cannot be used any more."""

    code = "MAIL_NOT_REPEATABLE"
