"""Letting the dunning of a customer stand still: what is asked, and what is done."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.choices import HoldKind
from billing.models import DunningHold
from billing.services.dunning_holds import dunning_pause, dunning_promise
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.errors import InvalidInput


class HoldForm(forms.Form):
    """Until when dunning stands still, and why."""

    sort = forms.ChoiceField(
        label=_("What"),
        choices=[
            (HoldKind.PROMISE.value, HoldKind.PROMISE.label),
            (HoldKind.PAUSE.value, _("Pause until somebody lets it go on")),
        ],
        widget=forms.RadioSelect,
        initial=HoldKind.PROMISE.value,
    )
    day = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("On this day it goes on."),
    )
    why = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea)


def hold_make(*, actor: Actor, customer: Customer, values: Mapping[str, Any]) -> DunningHold:
    """Let a customer's dunning stand still as the form says.

    Raises:
        NotPermitted.
        InvalidInput: no reason, or no day that is possible.
    """
    if values["sort"] == HoldKind.PAUSE:
        return dunning_pause(actor=actor, customer=customer, reason=values["why"])
    if values["day"] is None:
        raise InvalidInput(_t("Choose the day until which nothing is suspended."), field="day")
    try:
        return dunning_promise(
            actor=actor, customer=customer, until=values["day"], reason=values["why"]
        )
    except InvalidInput as error:
        raise InvalidInput(error.message, field="day") from error
