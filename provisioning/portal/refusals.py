"""What services refuse to customers: the sentences that have a text in their language."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.pages.refusals import declare_refusals

declare_refusals(
    _("There is no such service."),
)
