"""What services refuse to customers: the sentences that have a text in their language."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.pages.refusals import declare_refusals

declare_refusals(
    _("Choose person or business."),
    _("Choose how the hosting comes to its domain."),
    _("Enter the name."),
    _("This cart is ordered already."),
    _("Only an order that is not paid can be withdrawn."),
    _("There is nothing in the cart."),
    _("A price has changed since you opened this page. Please look at the new total."),
    _("This code belongs to no sign-up."),
    _("No names are sold here yet."),
    _("This is no name that can be registered."),
    _("We do not offer names that end in .%(ending)s."),
    _("%(name)s is not sold by %(plan)s."),
    _("%(name)s has no price in %(currency)s."),
    _("%(plan)s is not for sale."),
    _("%(plan)s is not sold to this kind of customer."),
    _("%(name)s is in your cart already."),
    _("A cart holds at most %(most)s lines."),
    _("%(name)s is already registered."),
    _("%(name)s was registered by somebody else in the meantime."),
    _("Please accept: %(title)s."),
    _("There is no such order."),
    _("You can order for yourself only."),
    _("This is not your order."),
    _("There is no such plan."),
    _("There is no such customer."),
    _("%(plan)s has no price in %(currency)s for this cycle."),
)
