"""What services refuse to customers: the sentences that have a text in their language."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.pages.refusals import declare_refusals

declare_refusals(
    _("This needs the permission %(permission)s."),
    _("This token lacks the scope %(scope)s."),
    _("This is for customers' portal accounts."),
    _("Nobody may do this."),
    _("Use 1 to 255 visible ASCII characters without spaces."),
    _("The first request with this Idempotency-Key is still being carried out."),
    _("This Idempotency-Key was used for a request with another body."),
    _("This request was carried out. Its answer held a secret, which is shown only once."),
    _("No company answers at this address."),
)
