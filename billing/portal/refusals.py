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
    _("The sandbox does not know this card."),
    _("This card is another customer's."),
    _("This is no card of Stripe's form."),
    _("The card was not confirmed."),
    _("Cards cannot be taken at this moment."),
    _("There is no such invoice."),
    _("There is no such document."),
    _("There is no such payment."),
    _("There is no such subscription."),
    _("There is no such pro-forma."),
    _("Name a payment method."),
    _("Name a card."),
    _("Nothing is owed on this invoice."),
    _("A draft has no PDF yet."),
    _("Use up to %(most)s."),
    _("Use an amount up to %(most)s %(currency)s."),
    _("An order is paid in full: %(missing)s are missing."),
)
