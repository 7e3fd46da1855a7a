"""What staff fill in about customers."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from customers.choices import AddressKind, ContactPurpose, CustomerStatus, CustomerType
from customers.models import Customer
from customers.office_choices import colleagues, tags_typed
from customers.rules.statuses import reachable_from
from customers.rules.values import AddressData
from customers.services.letters import LONGEST
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.api.versions import version_at


class PersonForm(forms.Form):
    """Who the customer is."""

    customer_type = forms.ChoiceField(label=_("Type"), choices=CustomerType.choices)
    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    company_name = forms.CharField(label=_("Company"), max_length=200, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    vat_number = forms.CharField(label=_("VAT number"), max_length=40, required=False)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("The company's")), *settings.LANGUAGES],
        required=False,
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        required=False,
        help_text=_("For example Europe/Berlin; empty: the company's."),
    )
    industry = forms.CharField(label=_("Industry"), max_length=100, required=False)
    size = forms.CharField(label=_("Size"), max_length=40, required=False)
    looked_after_by = forms.ChoiceField(label=_("Looked after by"), required=False)
    tags = forms.CharField(
        label=_("Tags"), max_length=1000, required=False, help_text=_("Separated by commas.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["looked_after_by"].choices = colleagues


def person_values(cleaned: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a ``PersonForm`` as services take them."""
    values = {name: cleaned[name] for name in PersonForm.base_fields if name in cleaned}
    values["assigned_to"] = values.pop("looked_after_by") or None
    values["tags"] = tags_typed(values["tags"])
    return values


class EditForm(PersonForm):
    """Changes who the customer is; refused when somebody else was faster."""

    version = forms.IntegerField(widget=forms.HiddenInput)


def edit_initial(row: Customer) -> dict[str, Any]:
    """Return what the edit form starts with."""
    own = [name for name in PersonForm.base_fields if name not in {"tags", "looked_after_by"}]
    return {
        **{name: getattr(row, name) for name in own},
        "looked_after_by": str(row.assigned_to_id or ""),
        "tags": ", ".join(tag.name for tag in row.tags.all()),
        "version": version_at(row.updated_at),
    }


class AddressForm(forms.Form):
    """One address; all empty removes it."""

    name = forms.CharField(label=_("Name on it"), max_length=200, required=False)
    street = forms.CharField(label=_("Street and number"), max_length=200, required=False)
    street2 = forms.CharField(label=_("Second line"), max_length=200, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=_("Town"), max_length=100, required=False)
    state = forms.CharField(label=_("State"), max_length=100, required=False)
    country = forms.CharField(
        label=_("Country"), max_length=60, required=False, help_text=_("Two letters, like DE.")
    )


def address_initial(row: Customer, kind: str) -> dict[str, Any]:
    """Return what the form of one address starts with."""
    present = row.addresses.filter(kind=kind).first()
    return {name: getattr(present, name, "") for name in AddressForm.base_fields}


class AddForm(PersonForm, AddressForm, forms.ModelForm):
    """A new customer with its main address, in the form that the admin wants."""

    pin = forms.CharField(
        label=_("Note"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea,
        help_text=_("Stands at the head of the customer's page; the customer never sees it."),
    )

    class Meta:
        model = Customer
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dressed(self)


def address_data(cleaned: dict[str, Any]) -> AddressData:
    """Return the values of an ``AddressForm`` as services take them."""
    return AddressData(**{name: cleaned[name] for name in AddressForm.base_fields})


class NoteForm(forms.Form):
    """A note."""

    text = forms.CharField(label=_("Note"), max_length=10_000, widget=forms.Textarea)
    is_pinned = forms.BooleanField(
        label=_("Pin it to the head of the customer's page"), required=False
    )


class NoteTextForm(forms.Form):
    """A note written anew."""

    text = forms.CharField(label=_("Note"), max_length=10_000, widget=forms.Textarea)


class ContactForm(forms.Form):
    """A contact."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    purposes = forms.MultipleChoiceField(
        label=_("Written to about"),
        choices=ContactPurpose.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class LogInForm(forms.Form):
    """A log-in for the customer or a colleague of it."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    first_name = forms.CharField(label=_("First name"), max_length=80, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=80, required=False)


class TagForm(forms.Form):
    """A tag."""

    name = forms.CharField(label=_("Name"), max_length=40)
    color = forms.CharField(label=_("Colour"), widget=forms.TextInput(attrs={"type": "color"}))


class LetterForm(forms.Form):
    """A mail in the colleague's own words."""

    purpose = forms.ChoiceField(
        label=_("To"),
        choices=[("", _("The customer")), *ContactPurpose.choices],
        required=False,
    )
    subject = forms.CharField(label=_("Subject"), max_length=200)
    text = forms.CharField(label=_("Text"), max_length=LONGEST, widget=forms.Textarea)


def status_form(row: Customer) -> type[forms.Form]:
    """Return the form that offers the statuses this customer can go to."""
    labels = dict(CustomerStatus.choices)
    choices = [(status, labels[status]) for status in reachable_from(row.status)]

    class StatusForm(forms.Form):
        """Asks for the new status and why."""

        status = forms.ChoiceField(label=_("Status"), choices=choices, widget=forms.RadioSelect)
        reason = forms.CharField(
            label=_("Reason"), max_length=500, help_text=_("Kept in the audit trail.")
        )

    return StatusForm


ADDRESS_LABELS = {
    AddressKind.MAIN: _("Main address"),
    AddressKind.BILLING: _("Billing address"),
    AddressKind.SERVICE: _("Service location"),
}
