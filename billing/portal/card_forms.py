"""The gateway's own card form on our pages: which one, and the hosts that it needs."""

import logging

from csp.decorators import csp_update
from django.http import HttpResponse

from billing.errors import CardDeclined, CardsNotTaken, NoPaymentGateway
from billing.providers.payments.base import CardForm, CardFormKind
from billing.selectors.payments import card_form_of, gateway_default
from ispplatform.core.errors import PlatformError
from ispplatform.core.models import ProviderConnection
from ispplatform.core.pages.refusals import is_declared

logger = logging.getLogger(__name__)

# Source: https://docs.stripe.com/security/guide#content-security-policy, for Stripe.js.
STRIPE_HOSTS = {
    "script-src": ["https://js.stripe.com", "https://*.js.stripe.com"],
    "frame-src": ["https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"],
    "connect-src": ["https://api.stripe.com"],
}


def card_gateway() -> tuple[ProviderConnection, CardForm] | tuple[None, None]:
    """Return the account that takes cards with its form; nothing when none can be used now."""
    try:
        connection = gateway_default()
        return connection, card_form_of(connection)
    except (NoPaymentGateway, PlatformError):
        return None, None


def with_hosts_of(form: CardForm | None, response: HttpResponse) -> HttpResponse:
    """Return the answer, allowed to load the form's scripts and frames; no other page may."""
    if form is None or form.kind is not CardFormKind.STRIPE:
        return response
    widened: HttpResponse = csp_update(STRIPE_HOSTS)(lambda: response)()
    return widened


def card_refused(error: PlatformError) -> PlatformError:
    """Return what a customer reads when a card cannot be taken.

    A gateway's own words are for the log: they speak of keys and requests. Nothing is charged
    where a card is entered; the charge is an operation of its own.
    """
    if error.params.get("is_decline"):  # the bank's answer, said in the customer's language
        return CardDeclined(error.message)
    if is_declared(error.message):
        return error
    logger.warning("A card could not be taken: %s", error.message)
    return CardsNotTaken("Cards cannot be taken at this moment.")
