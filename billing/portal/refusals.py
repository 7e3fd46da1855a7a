"""What services refuse to customers: the sentences that have a text in their language."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.pages.refusals import declare_refusals

declare_refusals(
    _("There is no such payment method."),
    _("Nothing is owed on this document."),
    _("An earlier payment is still on its way."),
    _("This payment is over."),
    _("The company takes no cards at present. Pay by bank transfer."),
    _("This payment does not wait for its customer."),
    _("You have %(available)s %(currency)s of credit."),
    _("This subscription was cancelled before."),
    _("This subscription was ended."),
    _("The contract runs until %(bound)s."),
    _("This is not yours."),
)
