"""What happens next to an unpaid invoice, said to staff and to the customer."""

from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.rules.dunning import StepKind
from billing.selectors.dunning import Forecast, Standstill
from ispplatform.core.pages.formats import date_text, format_locale

STEPS = {
    StepKind.CHARGE: _("The card is charged"),
    StepKind.REMINDER: _("A reminder is sent"),
    StepKind.LAST_NOTICE: _("The last notice is sent"),
    StepKind.RENEWAL_NOTICE: _("The domain's holder is warned"),
    StepKind.DECIDE: _("Somebody decides whether the domain is renewed on trust"),
    StepKind.SUSPEND: _("Services are suspended"),
    StepKind.TERMINATE: _("Services end"),
}
STANDSTILLS = {
    "off": _("Dunning is switched off in the settings."),
    "switch": _("The stop switch holds it up."),
    "dispute": _("The customer disputes a payment of this invoice."),
    "promise": _("Nothing is suspended before a day that somebody has agreed on."),
    "pause": _("Somebody has paused it."),
    "gateway": _("The payment gateway refuses many charges; the customer is not to blame."),
    "payment": _("A payment is on its way; nobody knows yet how it ends."),
    "plan": _("It is on a list of suspensions that somebody has to confirm."),
    "notice": _("No mail server has taken the last notice yet."),
}


def _day(value: date) -> str:
    return date_text(value, format_locale(get_language() or "en"))


def staff_sentence(forecast: Forecast) -> str:
    """Return what happens next and when, for staff; a standstill is told apart from it."""
    return step_sentence(
        forecast.next_step or "", forecast.next_on, has_card=forecast.card is not None
    )


def step_sentence(kind: str, on: date | None, *, has_card: bool) -> str:
    """Return what a step does and on which day; ``kind`` is empty where none is left."""
    if not kind:
        return _t("Nothing more happens by itself.")
    if kind == StepKind.CHARGE and not has_card and on is not None:
        return _t("On %(day)s the card would be charged, but there is none.") % {"day": _day(on)}
    words = str(STEPS[StepKind(kind)])
    return f"{words}." if on is None else f"{words}: {_day(on)}."


def standstill_sentence(forecast: Forecast) -> str:
    """Return why nothing happens at present, with whatever somebody wrote; empty when it does."""
    return standstill_words(forecast.standstill)


def standstill_words(stopped: Standstill | None) -> str:
    """Return why nothing happens at present; empty when it does."""
    if stopped is None:
        return ""
    sentence = str(STANDSTILLS[stopped.kind])
    if stopped.reason:
        sentence = f"{sentence} {stopped.reason}"
    if stopped.until is not None:
        sentence = (
            f"{sentence} {_t('It stands still until %(day)s.') % {'day': _day(stopped.until)}}"
        )
    return sentence


def customer_sentence(forecast: Forecast) -> str:
    """Return in one sentence what the customer is to expect; empty when there is nothing to say."""
    if forecast.is_suspended:
        return _t("As soon as this invoice is paid, what is switched off runs again by itself.")
    stopped = forecast.standstill
    if stopped is not None and stopped.kind == "promise" and stopped.until is not None:
        return _t("We agreed that nothing is switched off before %(day)s.") % {
            "day": _day(stopped.until)
        }
    if stopped is not None and stopped.kind == "payment":
        return _t("Your payment is on its way; nothing needs to be done.")
    if stopped is not None and stopped.kind not in {"notice", "plan"}:
        return ""
    if forecast.next_step is StepKind.CHARGE and forecast.card is not None and forecast.next_on:
        return _t("We charge your card %(card)s on %(day)s.") % {
            "card": forecast.card,
            "day": _day(forecast.next_on),
        }
    if forecast.case is not None and forecast.case.expires_on and not forecast.suspend_on:
        return _t("Please pay before %(day)s: on that day your domain runs out.") % {
            "day": _day(forecast.case.expires_on)
        }
    if forecast.suspend_on is not None:
        return _t("Please pay before %(day)s: from then on we switch off %(what)s.") % {
            "day": _day(forecast.suspend_on),
            "what": ", ".join(subject.label for subject in forecast.subjects),
        }
    return ""
