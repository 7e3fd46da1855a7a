"""What services refuse to customers: the sentences that have a text in their language."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.pages.refusals import declare_refusals

declare_refusals(
    _("These log-in details are not correct."),
    _("This code is not correct."),
    _("This code is wrong or too old."),
    _("This link was used already or is too old. Ask for a new one."),
    _("The password is not correct."),
    _("The present password is not correct."),
    _("You have used this password before: choose another."),
    _("Use at least %(least)s characters."),
    _("Use at most %(most)s characters."),
    _("A password cannot hold the NUL character."),
    _("Add a capital letter."),
    _("Add a small letter."),
    _("Add a digit."),
    _("Add a sign such as - or !"),
    _("Use several unrelated words with a number and a sign between them."),
    _("We have sent this mail several times: look into the spam folder."),
    _("The mail was sent a moment ago. Give it half a minute."),
    _("Too many failed log-ins. Wait a while, or reset your password."),
    _("Confirm your e-mail address first: we have sent you a code."),
    _("This account was closed a moment ago."),
    _("There is no such log-in."),
    _("There is an authenticator app already: remove it first."),
)
