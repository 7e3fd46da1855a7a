"""Forms of the log-in pages. Rules are the services'."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts.choices import LoginClosing
from accounts.rules.passwords import LONGEST
from accounts.rules.people_areas import WORDS
from ispplatform.core.pages.pictures import PHOTO_BYTES

PASSWORD_HELP = _(
    "At least 8 characters with a capital letter, a small letter, a digit and a sign."
)
AS_THE_COMPANY = ("", _("As the company has it"))


def password_field(label: Any, *, is_new: bool = False, help_text: Any = "") -> forms.CharField:
    """Return a password's field; browsers are told whether it is the present or a new one."""
    complete = "new-password" if is_new else "current-password"
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST * 4,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": complete}),
    )


def code_field(label: Any, help_text: Any = "") -> forms.CharField:
    """Return the field of a code that is typed from a mail or an app."""
    return forms.CharField(
        label=label,
        max_length=20,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class AvatarForm(forms.Form):
    """A picture of a person."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG or JPEG, up to 8 MB. The middle of it is shown, as a square."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )

    def content(self) -> bytes:
        """Return the file, or a byte more than is allowed, so that the rule sees it."""
        content: bytes = self.cleaned_data["picture"].read(PHOTO_BYTES + 1)
        return content


class LogInForm(forms.Form):
    """Name, password, and whether this device is one's own."""

    name = forms.CharField(
        label=_("E-mail or portal ID"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = password_field(_("Password"))
    is_remembered = forms.BooleanField(label=_("Stay logged in on this device"), required=False)


class StaffLogInForm(forms.Form):
    """A colleague's address and password."""

    name = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = password_field(_("Password"))


class FactorForm(forms.Form):
    """A code of the second factor."""

    code = code_field(_("Code"), _("Six digits from your authenticator app, or a recovery code."))


class FactorSetUpForm(forms.Form):
    """The first code of an authenticator app."""

    code = code_field(_("Code"), _("The six digits that the app shows now."))


class FactorTurnOnForm(FactorSetUpForm):
    """The app's first code, and the password of whoever switches it on."""

    password = password_field(_("Password"))


class FactorProofForm(FactorForm):
    """Password and code, before a second factor goes or changes."""

    password = password_field(_("Password"))
    field_order = ("password", "code")


class CloseForm(forms.Form):
    """How the own log-in is closed, and the proof of who closes it."""

    how = forms.ChoiceField(
        label=_("How long"),
        choices=[
            (LoginClosing.PAUSE, _("Until I come back: everything is kept")),
            (LoginClosing.SOFT, _("For good: I can still come back for some weeks")),
            (LoginClosing.HARD, _("For good, now: it cannot be taken back")),
        ],
        widget=forms.RadioSelect,
        initial=LoginClosing.PAUSE,
    )
    password = password_field(_("Password"))
    code = code_field(_("Code of your second factor, if you have one"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].required = False


class ComeBackForm(forms.Form):
    """Address and password of a closed log-in."""

    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = password_field(_("Password"))


class PasskeyNameForm(forms.Form):
    """What a new passkey is called, and the proof of who adds it."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("For example: my phone, the key on my key ring."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = password_field(_("Password"))
    code = code_field(_("Code"), _("Six digits from your authenticator app, or a recovery code."))

    def __init__(self, *args: Any, asks_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_code:
            del self.fields["code"]


class ForgotForm(forms.Form):
    """Whose password was forgotten."""

    name = forms.CharField(
        label=_("E-mail or portal ID"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )


class AreasForm(forms.Form):
    """What a colleague may do."""

    areas = forms.MultipleChoiceField(
        label=_("May"),
        choices=[(key, _(words)) for key, words in WORDS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class InviteForm(AreasForm):
    """A colleague who gets a log-in."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    first_name = forms.CharField(label=_("First name"), max_length=80, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=80, required=False)
    field_order = ("email", "first_name", "last_name", "areas")


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    new_password = password_field(
        _("New password"),
        is_new=True,
        help_text=PASSWORD_HELP,
    )
    repeated = password_field(_("The same once more"), is_new=True)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("new_password") != values.get("repeated"):
            self.add_error("repeated", _("The two passwords differ."))
        return values


class InvitationForm(NewPasswordForm):
    """Who accepts an invitation to work here, and the password they choose."""

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
    field_order = ("first_name", "last_name", "new_password", "repeated")


class KnownInvitationForm(forms.Form):
    """Who accepts an invitation with the log-in that they have."""

    new_password = password_field(_("Password"))


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    current_password = password_field(_("Present password"))
    field_order = ("current_password", "new_password", "repeated")


class CodeForm(forms.Form):
    """The code of a mail."""

    code = code_field(_("Code"), _("Six digits. The mail also holds a link."))


class SignUpForm(forms.Form):
    """What a visitor says who signs up."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
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
    company_name = forms.CharField(
        label=_("Company"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    password = password_field(
        _("Password"),
        is_new=True,
        help_text=PASSWORD_HELP,
    )


def _languages() -> list[tuple[str, Any]]:
    codes = dict(settings.LANGUAGES)
    spoken = [(code, get_language_info(code)["name_local"].capitalize()) for code in codes]
    return [AS_THE_COMPANY, *spoken]


def _time_zones() -> list[tuple[str, Any]]:
    zones = sorted(available_timezones())
    return [AS_THE_COMPANY, *((zone, zone.replace("_", " ")) for zone in zones)]


class ProfileForm(forms.Form):
    """Name, telephone and tastes of the person who logs in."""

    first_name = forms.CharField(label=_("First name"), max_length=80, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=80, required=False)
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=_languages, required=False)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=_time_zones,
        required=False,
        widget=forms.Select(attrs={"translate": "no"}),  # their names are those of the database
        help_text=_("Times on these pages and in mails to you are those of this zone."),
    )
    notify_email = forms.BooleanField(
        label=_("News about my services by e-mail"),
        help_text=_("Invoices and notices about your contract are always sent."),
        required=False,
    )


class EmailForm(forms.Form):
    """A new address, and the password."""

    email = forms.EmailField(
        label=_("New e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = password_field(_("Password"))


class StaffForgotForm(forms.Form):
    """Which colleague's password was forgotten."""

    name = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
