"""What staff are asked before an act on a service."""

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Plan
from provisioning.choices import ReasonKind
from provisioning.models import Service


class SuspendForm(forms.Form):
    """Asks for whose reason a service stands still, and why."""

    kind = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            (kind, ReasonKind(kind).label)
            for kind in (ReasonKind.STAFF, ReasonKind.ABUSE, ReasonKind.CUSTOMER, ReasonKind.UNPAID)
        ],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("In words"), max_length=500, widget=forms.Textarea, help_text=_("For colleagues.")
    )


def resume_form(service: Service) -> type[forms.Form]:
    """Return a form that asks which of the open reasons ends."""
    opened = service.reasons.filter(closed_at=None)
    choices = [(reason.kind, f"{reason.get_kind_display()}: {reason.text}") for reason in opened]

    class ResumeForm(forms.Form):
        """Asks which reason ends."""

        kind = forms.ChoiceField(
            label=_("What is over"),
            choices=[*choices, ("", _("Everything"))],
            required=False,
            widget=forms.RadioSelect,
        )
        text = forms.CharField(label=_("Note"), max_length=500, required=False)

    return ResumeForm


def plan_form(service: Service) -> type[forms.Form]:
    """Return a form that asks for another plan of the service's type."""
    plans = Plan.objects.filter(type=service.type, is_active=True).exclude(pk=service.plan_id)

    class PlanForm(forms.Form):
        """Asks for the plan."""

        plan = forms.ModelChoiceField(label=_("Plan"), queryset=plans)

    return PlanForm


class EndForm(forms.Form):
    """Asks why a service ends, and whether at once."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea)
    at_once = forms.BooleanField(
        label=_("Delete the data now, without the hold"),
        required=False,
        help_text=_("Needs a permission of its own. Nobody can bring it back."),
    )
