"""What staff fill in about plans and prices."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.choices import BillingCycle, DomainOffer
from catalog.models import Plan
from catalog.slots import plan_parameters
from customers.choices import CustomerType
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.tenancy.context import current_scope
from ispplatform.core.tenancy.lookup import tenant_by_id

ANYBODY = [("", _("Everybody")), *CustomerType.choices]


class LinesField(forms.CharField):
    """A list of short texts, one on each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class PlanForm(forms.ModelForm):
    """A plan."""

    features = LinesField(
        label=_("Features"),
        required=False,
        max_length=4000,
        help_text=_("One on each line, as the shop shows them."),
    )
    domain_offers = forms.MultipleChoiceField(
        label=_("Domain of an order"),
        choices=DomainOffer.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What a buyer may choose; none: the plan needs no domain."),
    )

    class Meta:
        model = Plan
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = plan_parameters.get(self.instance.type)
        if known is not None and "parameters" in self.fields:
            self.fields["parameters"].help_text = known.help_text
        dressed(self)


class PriceForm(forms.Form):
    """A price that holds from a day on."""

    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3)
    cycle = forms.ChoiceField(
        label=_("Paid"), choices=BillingCycle.choices, initial=BillingCycle.MONTHLY
    )
    customer_type = forms.ChoiceField(label=_("For"), choices=ANYBODY, required=False)
    amount = forms.DecimalField(
        label=_("Price of the first period"), min_value=0, max_digits=15, decimal_places=4
    )
    renewal_amount = forms.DecimalField(
        label=_("Price of every later period"),
        min_value=0,
        max_digits=15,
        decimal_places=4,
        required=False,
        help_text=_("Empty: the same."),
    )
    setup_amount = forms.DecimalField(
        label=_("Set-up fee"),
        min_value=0,
        max_digits=15,
        decimal_places=4,
        required=False,
    )
    tax_included = forms.BooleanField(label=_("These prices hold tax"), required=False)
    valid_from = forms.DateField(
        label=_("Holds from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: from today. Subscriptions keep the price they were sold with."),
    )

    def clean_currency(self) -> str:
        """Return the code in capital letters."""
        return str(self.cleaned_data["currency"]).upper()

    def clean_setup_amount(self) -> Decimal:
        """Return zero where no fee was given."""
        return self.cleaned_data["setup_amount"] or Decimal(0)


class EndForm(forms.Form):
    """Asks from which day on a price holds no more."""

    valid_to = forms.DateField(
        label=_("First day without it"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: today."),
    )


def price_initial(plan: Plan) -> dict[str, Any]:
    """Return what the form of a new price starts with."""
    scope = current_scope()
    tenant_id = scope.tenant_id if scope is not None else None
    return {"currency": tenant_by_id(tenant_id).currency} if tenant_id is not None else {}
