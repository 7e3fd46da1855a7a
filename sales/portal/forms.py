"""The forms of shop and checkout: form only, the rules are the services'."""

from collections.abc import Mapping
from typing import Any
from unicodedata import combining, normalize

import pycountry
from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import PASSWORD_HELP
from catalog.choices import BillingCycle, DomainOffer, PlanType
from catalog.models import Plan
from customers.choices import CustomerType
from ispplatform.core.pages.formats import format_locale
from sales.settings import ACCEPTED_DOCUMENTS


def country_choices() -> list[tuple[str, str]]:
    """Return every country's code and its name in the active language, by name."""
    names = format_locale(get_language() or "en").territories
    choices = [
        (country.alpha_2, names.get(country.alpha_2, country.name))
        for country in pycountry.countries
    ]
    return sorted(choices, key=lambda choice: _without_accents(choice[1]))


def _without_accents(name: str) -> str:
    """Return a name as dictionaries file it: Ägypten stands under A."""
    return "".join(sign for sign in normalize("NFKD", name) if not combining(sign)).casefold()


class PlanForm(forms.Form):
    """How a plan goes into the cart.

    Args:
        price_words: what each cycle costs, as its choice says it; by cycle.
    """

    cycle = forms.ChoiceField(label=_("Paid"), widget=forms.RadioSelect)
    domain_mode = forms.ChoiceField(label=_("Domain"), widget=forms.RadioSelect, required=False)
    domain_name = forms.CharField(
        label=_("Name of the domain"),
        required=False,
        max_length=253,
        help_text=_("For example kontor-nord.example. Not needed when you decide later."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    mailbox = forms.CharField(
        label=_("Mailbox: the part before the @"),
        required=False,
        max_length=64,
        help_text=_("For example info. Its password is shown once, on the mailbox's page."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=100, initial=1)

    def __init__(
        self, *args: Any, plan: Plan, price_words: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        prices = plan.current_prices
        cycles = [price.cycle for price in prices]
        self.fields["cycle"].choices = [
            (value, price_words.get(value, label))
            for value, label in BillingCycle.choices
            if value in cycles
        ]
        self.fields["cycle"].initial = cycles[0] if cycles else None
        if plan.type == PlanType.HOSTING:
            offers = dict(DomainOffer.choices)
            self.fields["domain_mode"].choices = [(one, offers[one]) for one in plan.offers]
            self.fields["domain_mode"].required = True
            self.fields["domain_mode"].initial = plan.offers[0] if plan.offers else None
        else:
            del self.fields["domain_mode"]
        if plan.type not in {PlanType.HOSTING, PlanType.EMAIL, PlanType.DOMAIN}:
            del self.fields["domain_name"]
        # Whether a hosting needs a name hangs on what is chosen above it.
        self.says_no_optional = plan.type == PlanType.HOSTING
        if plan.type == PlanType.DOMAIN:
            self.fields["domain_name"].required = True
        if plan.type == PlanType.EMAIL:
            self.fields["mailbox"].required = self.fields["domain_name"].required = True
        elif plan.type != PlanType.HOSTING:
            del self.fields["mailbox"]
        if plan.type in {PlanType.HOSTING, PlanType.DOMAIN, PlanType.EMAIL}:
            del self.fields["quantity"]

    def wish(self) -> dict[str, Any]:
        """Return the keyword arguments of ``cart_line_add``."""
        values = self.cleaned_data
        mailbox = values.get("mailbox", "")
        return {
            "cycle": values["cycle"],
            "quantity": values.get("quantity") or 1,
            "domain_mode": values.get("domain_mode", ""),
            "domain_name": values.get("domain_name", ""),
            "configuration": {"mailbox": mailbox} if mailbox else {},
        }


class DetailsForm(forms.Form):
    """Who orders: contact, address and, for newcomers, a password."""

    customer_type = forms.ChoiceField(
        label=_("I order as"), choices=CustomerType.choices, widget=forms.RadioSelect
    )
    company_name = forms.CharField(
        label=_("Company"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    vat_number = forms.CharField(
        label=_("VAT number"),
        required=False,
        max_length=40,
        help_text=_("With a valid number of another EU country no tax is charged."),
    )
    first_name = forms.CharField(
        label=_("First name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    street = forms.CharField(
        label=_("Street and number"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    postal_code = forms.CharField(
        label=_("Postal code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    city = forms.CharField(
        label=_("Town"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=country_choices,
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        help_text=_("With country code, for example +49 30 1234567. Registries ask for it."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("customer_type") == CustomerType.BUSINESS and not values.get("company_name"):
            self.add_error("company_name", _("Enter the name of your company."))
        return values


class NewcomerForm(DetailsForm):
    """The details of somebody without an account, who makes one on the way."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("We send a code of six digits there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    field_order = ["customer_type", "company_name", "vat_number", "email", "password"]


class CodeForm(forms.Form):
    """The six digits from the mail."""

    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code"}
        ),
    )


def _acceptance(document: Mapping[str, str]) -> str:
    """Return the words beside the box, with the document's title as a link to its text."""
    address = document.get("url") or reverse("sales:document", args=[document["code"]])
    title = document["title"]
    words = _("I accept: %(title)s (version %(version)s)")
    return format_html(
        words
        % {"title": '<a href="{address}" target="_blank">{title}</a>', "version": "{version}"},
        address=address,
        title=gettext(title),
        version=document["version"],
    )


class ReviewForm(forms.Form):
    """The last page: what is accepted, how it is paid."""

    payment_method = forms.ChoiceField(label=_("Payment"), widget=forms.RadioSelect)

    def __init__(
        self, *args: Any, tenant: Any, methods: list[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payment_method"].choices = methods
        self.fields["payment_method"].initial = methods[0][0] if methods else None
        self.documents = ACCEPTED_DOCUMENTS.of(tenant)
        for document in self.documents:
            self.fields[f"accept_{document['code']}"] = forms.BooleanField(
                label=_acceptance(document),
                error_messages={"required": _("Please accept this to order.")},
            )

    def clean(self) -> dict[str, Any]:
        """Take the total that the page showed; its template writes it, anew each time."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            values["total_seen"] = forms.DecimalField().clean(self.data.get("total_seen"))
        except forms.ValidationError as error:
            raise forms.ValidationError(_("Please look at the total and order again.")) from error
        return values

    @property
    def accepted(self) -> list[str]:
        """The codes of the documents that were ticked."""
        return [
            document["code"]
            for document in self.documents
            if self.cleaned_data.get(f"accept_{document['code']}")
        ]
