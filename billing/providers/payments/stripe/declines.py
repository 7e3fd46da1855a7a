"""Why cards are declined, as our codes and as sentences for customers."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DECLINED = "card_declined"
AUTHENTICATION_REQUIRED = "authentication_required"
AUTHENTICATION_FAILED = "authentication_failed"

_GENERAL = _("Your bank declined the card.")
_SAME = {
    "generic_decline": DECLINED,
    "payment_intent_authentication_failure": AUTHENTICATION_FAILED,
    "setup_intent_authentication_failure": AUTHENTICATION_FAILED,
}
# Who holds a lost or stolen card is not told so: all codes without a sentence get the general one.
_SENTENCES: dict[str, str | Promise] = {
    "insufficient_funds": _("There is not enough money on the card."),
    "withdrawal_count_limit_exceeded": _("The card's limit is used up."),
    "card_velocity_exceeded": _("The card's limit is used up."),
    "expired_card": _("The card has expired."),
    "incorrect_cvc": _("The security code is wrong."),
    "invalid_cvc": _("The security code is wrong."),
    "incorrect_number": _("The card number is wrong."),
    "currency_not_supported": _("The card does not pay in this currency."),
    "processing_error": _("The bank could not answer. Try again in a few minutes."),
    AUTHENTICATION_REQUIRED: _("Your bank wants you to confirm this payment."),
    AUTHENTICATION_FAILED: _("The payment was not confirmed."),
}


def decline_code(code: str | None, bank_code: str | None) -> str:
    """Return our code from Stripe's ``code`` and the bank's ``decline_code``; the narrower wins."""
    given = bank_code if bank_code and bank_code != "generic_decline" else code
    return _SAME.get(given or "", given or DECLINED)


def decline_sentence(code: str) -> str:
    """Return what the customer is told, in the language in force."""
    return str(_SENTENCES.get(code, _GENERAL))
