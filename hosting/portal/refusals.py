"""What services refuse to customers: the sentences that have a text in their language."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.pages.refusals import declare_refusals

declare_refusals(
    _("Use letters, digits and signs of a plain keyboard: some mail programs know no others."),
    _("Use letters, digits, dots and hyphens before the @, such as info or anna.smith."),
    _("This server has no control panel to open."),
    _("There is no such mail domain."),
    _("Your plan has %(limit)s mailboxes, and all of them are in use."),
    _("Use 1 to %(most)s MB."),
    _("%(address)s@%(domain)s exists already."),
    _("%(name)s has no hosting account."),
    _("%(name)s has a hosting account already."),
    _("%(name)s is not active on the server."),
    _("The server keeps %(name)s@ for itself."),
    _("There is no such hosting account."),
    _("There is no such mailbox."),
    _("No hosting server takes new accounts at present."),
    _("The server has another account under this name."),
)
