"""What can go wrong with hosting and mail, each with its own code."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.errors import DuplicateResource, InvalidInput, NotFound, RuleViolation


class ServerNotFound(NotFound):
    """No such hosting server."""

    code = "HOSTING_SERVER_NOT_FOUND"


class NoServerFree(RuleViolation):
    """No hosting server takes new accounts."""

    code = "NO_HOSTING_SERVER_FREE"


class AccountNotFound(NotFound):
    """No such hosting account, or none that this caller may see."""

    code = "HOSTING_ACCOUNT_NOT_FOUND"


class AccountNotActive(RuleViolation):
    """The act needs an account that works."""

    code = "HOSTING_ACCOUNT_NOT_ACTIVE"
    meaning = _("Nothing was changed on the server.")
    next_step = _("Wait until it is set up, then try again.")


class DomainHostedAlready(DuplicateResource):
    """The name has a hosting account already."""

    code = "DOMAIN_HOSTED_ALREADY"
    meaning = _("Nothing was ordered and nothing was charged.")
    next_step = _("Choose another domain, or ask us if it is yours.")


class PlanHasNoPackage(RuleViolation):
    """The plan does not say which package of the panel it means."""

    code = "PLAN_HAS_NO_PACKAGE"


class MailDomainNotFound(NotFound):
    """No such mail domain, or none that this caller may see."""

    code = "MAIL_DOMAIN_NOT_FOUND"


class MailboxNotFound(NotFound):
    """No such mailbox, or none that this caller may see."""

    code = "MAILBOX_NOT_FOUND"


class MailboxAlreadyHere(DuplicateResource):
    """The address has a mailbox already."""

    code = "MAILBOX_ALREADY_HERE"
    meaning = _("The mailbox that is there was not touched.")
    next_step = _("Choose another name.")


class MailboxLimitReached(RuleViolation):
    """The plan has no room for another mailbox."""

    code = "MAILBOX_LIMIT_REACHED"
    meaning = _("No mailbox was made, and nothing was charged.")
    next_step = _("Delete a mailbox that you do not need, or ask us for a larger plan.")


class InvalidMailboxName(InvalidInput):
    """The part before the @ cannot be used."""

    code = "INVALID_MAILBOX_NAME"
    meaning = _("Nothing was changed on the server.")


class PasswordTooWeak(InvalidInput):
    """The password would not keep anybody out."""

    code = "MAILBOX_PASSWORD_TOO_WEAK"
    meaning = _("The password is as it was.")
    next_step = _("Choose another password.")


class PanelHasNoLogin(RuleViolation):
    """Customers have no control panel of their own on this server."""

    code = "PANEL_HAS_NO_LOGIN"
    meaning = _("Nothing was changed on the server.")
    next_step = _("Tell us what you want to change.")


class NotOursOnTheServer(RuleViolation):
    """What the server has under this name does not carry our mark: it is not touched."""

    code = "NOT_OURS_ON_THE_SERVER"
    meaning = _("Nothing was changed on the server.")
    next_step = _("Tell us the reference: we see to it.")


class AccountNotAdoptable(RuleViolation):
    """The server has no such account, or it is somebody's already."""

    code = "HOSTING_ACCOUNT_NOT_ADOPTABLE"
