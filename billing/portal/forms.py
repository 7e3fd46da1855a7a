"""Forms of the pay page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.models import PaymentMethod
from billing.providers.payments.base import CardFormKind
from billing.providers.payments.cards import TEST_CARDS, sandbox_token

NEW_CARD = "new"
NOT_ENTERED = _("The card was not entered. Enter it in the form below.")


class PayForm(forms.Form):
    """Which card to charge; a new one comes as a token, or in the sandbox as a test number."""

    card = forms.ChoiceField(label=_("Card"), widget=forms.RadioSelect)
    test_number = forms.CharField(
        label=_("Test card number of the other card"),
        required=False,
        max_length=24,
        help_text=_("Only the published test numbers work here. Never type a real card."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    save_method = forms.BooleanField(
        label=_("Keep this card for the next payments"), required=False, initial=True
    )

    token = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        saved: list[PaymentMethod],
        kind: CardFormKind = CardFormKind.SANDBOX,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        del self.fields["test_number" if kind is CardFormKind.STRIPE else "token"]
        choices: list[tuple[str, Any]] = [(str(card.pk), _card_words(card)) for card in saved]
        choices.append((NEW_CARD, _("Another card") if saved else _("A new card")))
        self.fields["card"].choices = choices
        self.fields["card"].initial = choices[0][0]
        if not saved:
            self.fields["card"].widget = forms.HiddenInput()
            if "test_number" in self.fields:
                self.fields["test_number"].label = _("Test card number")

    @property
    def is_new_card(self) -> bool:
        """Tell whether a card is to be kept that we do not know yet."""
        return bool(self.cleaned_data.get("card") == NEW_CARD)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.kind is CardFormKind.STRIPE:
            if values.get("card") == NEW_CARD and not values.get("token", "").startswith("pm_"):
                self.add_error(None, NOT_ENTERED)
            return values
        if values.get("card") == NEW_CARD and "test_number" in values:
            try:
                values["token"] = sandbox_token(values["test_number"])
            except ValueError:
                self.add_error("test_number", _("Use one of the test cards below."))
        return values


class StripeCardForm(forms.Form):
    """A card that Stripe's own form took, to be kept without paying."""

    token = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)

    def clean_token(self) -> str:
        token = str(self.cleaned_data["token"])
        if not token.startswith("seti_"):
            raise forms.ValidationError(NOT_ENTERED)
        return token


class NewCardForm(forms.Form):
    """A test card to be kept without paying."""

    test_number = forms.CharField(
        label=_("Test card number"),
        max_length=24,
        help_text=_("Only the published test numbers work here. Never type a real card."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        try:
            values["token"] = sandbox_token(values.get("test_number", ""))
        except ValueError:
            self.add_error("test_number", _("Use one of the test cards below."))
        return values


def _card_words(card: PaymentMethod) -> str:
    words = f"{card.brand.title()} •••• {card.last_four}"
    return f"{words} ({card.expires})" if card.expires else words


def published_cards() -> list[Any]:
    """Return the test cards as the page lists them."""
    return list(TEST_CARDS.values())
