"""What customers type about names and records. Rules are the services'."""

from django import forms
from django.utils.translation import gettext_lazy as _

from domains.rules.records import MAX_TTL_SECONDS, MIN_TTL_SECONDS, RECORD_TYPES
from domains.rules.zone_files import MAX_FILE_CHARACTERS
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.refusals import refuse_form


class HouseForm(forms.Form):
    """A form that shows a service's refusal at the field it is about."""

    def refuse(self, error: PlatformError) -> None:
        """Put the refusal beside its field, or above the form."""
        refuse_form(self, error)


class NameServersForm(HouseForm):
    """The name servers of a name, one a line."""

    name_servers = forms.CharField(
        label=_("Name servers, one a line"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        max_length=3500,
        help_text=_("Changes take up to a day to reach everybody."),
    )

    def hosts(self) -> list[str]:
        """Return the lines that were typed."""
        return [line.strip() for line in self.cleaned_data["name_servers"].split() if line.strip()]


class RegistrantForm(HouseForm):
    """Who holds a name."""

    is_company = forms.BooleanField(label=_("A company holds it"), required=False)
    company_name = forms.CharField(label=_("Company"), max_length=200, required=False)
    first_name = forms.CharField(label=_("First name"), max_length=100)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    phone = forms.CharField(
        label=_("Telephone"), max_length=40, help_text=_("With country code: +49 30 1234567")
    )
    street = forms.CharField(label=_("Street and number"), max_length=200)
    street2 = forms.CharField(label=_("Addition"), max_length=200, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20)
    city = forms.CharField(label=_("Town"), max_length=100)
    state = forms.CharField(label=_("State or region"), max_length=100, required=False)
    country = forms.CharField(label=_("Country code"), max_length=2, help_text=_("For example DE"))


class RecordForm(HouseForm):
    """A record of a zone."""

    type = forms.ChoiceField(label=_("Type"), choices=[(kind, kind) for kind in RECORD_TYPES])
    name = forms.CharField(
        label=_("Name"),
        max_length=253,
        required=False,
        help_text=_("Before the domain: www. Empty or @ for the domain itself."),
    )
    content = forms.CharField(
        label=_("Content"),
        max_length=5000,
        help_text=_("An address, a host name or a text, by the type."),
    )
    priority = forms.IntegerField(
        label=_("Priority"),
        required=False,
        min_value=0,
        max_value=65535,
        help_text=_("MX and SRV only, for example 10."),
    )
    ttl = forms.IntegerField(
        label=_("Time to live, in seconds"),
        required=False,
        min_value=MIN_TTL_SECONDS,
        max_value=MAX_TTL_SECONDS,
    )


class RecordChangeForm(RecordForm):
    """A record whose type stays."""

    type = None
    content = forms.CharField(
        label=_("Content"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )


class ZoneFileForm(HouseForm):
    """A zone file that replaces all records."""

    text = forms.CharField(
        label=_("Zone file"),
        max_length=MAX_FILE_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "class": "mono"}),
        help_text=_("As your former provider exports it (BIND). It replaces all records."),
    )
