"""What customers type about mailboxes. Rules are the services'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hosting.models import MailDomain
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.refusals import refuse_form


class HouseForm(forms.Form):
    """A form that shows a service's refusal at the field it is about."""

    def refuse(self, error: PlatformError) -> None:
        """Put the refusal beside its field, or above the form."""
        refuse_form(self, error)


class MailboxForm(HouseForm):
    """A new mailbox."""

    local_part = forms.CharField(
        label=_("Name before the @"), max_length=64, help_text=_("For example info or anna.smith.")
    )
    mail_domain: Any = forms.ModelChoiceField(label=_("Domain"), queryset=None, empty_label=None)
    quota_mb = forms.IntegerField(
        label=_("Size in MB"),
        required=False,
        min_value=1,
        help_text=_("Empty: as much as your plan allows."),
    )

    def __init__(self, *args: object, mail_domains: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        domains = self.fields["mail_domain"]
        domains.queryset = mail_domains
        domains.label_from_instance = _shown


class PasswordForm(HouseForm):
    """A password of the customer's own choice, or a random one."""

    password = forms.CharField(
        label=_("New password"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Empty: we make one and show it once."),
    )


class QuotaForm(HouseForm):
    """Another size."""

    quota_mb = forms.IntegerField(label=_("Size in MB"), min_value=1)


def _shown(mail_domain: MailDomain) -> str:
    return f"@{mail_domain.unicode_name}"
