"""What staff decide about a paid line that a provider refused for good."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from catalog.choices import PlanType
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, RowAct
from ispplatform.core.errors import NotFound
from ispplatform.core.pages.formats import format_locale, money_text
from provisioning.models import Service
from provisioning.selectors.services import was_refused
from sales.selectors.returns import line_of_service, returnable_of_service
from sales.services.other_names import has_name
from sales.services.returns import order_line_return
from sales.workflows.other_names import service_other_name

SERVICE = "provisioning.service"
Values = Mapping[str, Any]


class DomainNameForm(forms.Form):
    """Asks for another domain name."""

    name = forms.CharField(label=_("Domain name"), max_length=253)


class MailboxNameForm(forms.Form):
    """Asks for another mailbox of the same domain."""

    name = forms.CharField(
        label=_("Mailbox"), max_length=64, help_text=_("The part before the @ sign.")
    )


class WhyForm(forms.Form):
    """Asks why a line goes back."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("The customer may read it.")
    )


def _name_form(service: Service) -> type[forms.Form]:
    return MailboxNameForm if service.type == PlanType.EMAIL else DomainNameForm


def _name_now(service: Service) -> Values:
    if service.type == PlanType.EMAIL:
        return {"name": service.configuration.get("mailbox", "")}
    return {"name": service.configuration.get("domain_unicode", "")}


def _name_explained(service: Service) -> str:
    if service.type == PlanType.EMAIL:
        return gettext("It is set up under the new name, at the price that was paid.")
    return gettext(
        "It is checked as in the shop and set up at the price that was paid. What was ordered "
        "beside it under the old name stays as it is."
    )


def _name_may_change(service: Service) -> bool:
    return was_refused(service) and has_name(service)


def _rename(actor: Actor, row: Service, values: Values) -> str:
    service = service_other_name(actor=actor, service=row, name=values["name"])
    return gettext("%(name)s is being set up.") % {"name": service.label}


def _can_go_back(service: Service) -> bool:
    return was_refused(service) and returnable_of_service(service) > 0


def _sum(service: Service) -> str:
    line = line_of_service(service)
    currency = line.currency if line is not None else ""
    amount = returnable_of_service(service)
    return money_text(amount, currency, format_locale(get_language() or "en"))


def _refund_explained(service: Service) -> str:
    return gettext(
        "A credit note over %(sum)s is issued, and the money goes back the way it was paid. "
        "The service ends; the other lines of the order go on."
    ) % {"sum": _sum(service)}


def _credit_explained(service: Service) -> str:
    return gettext(
        "A credit note over %(sum)s is issued, and the sum becomes the customer's credit. "
        "The service ends; the other lines of the order go on."
    ) % {"sum": _sum(service)}


def _given_back(actor: Actor, row: Service, values: Values, *, as_credit: bool) -> None:
    line = line_of_service(row)
    if line is None:
        raise NotFound("There is no such line.")
    order_line_return(
        actor=actor,
        order_id=line.order_id,
        line_id=line.pk,
        reason=values["reason"],
        as_credit=as_credit,
    )


def _refund(actor: Actor, row: Service, values: Values) -> str:
    _given_back(actor, row, values, as_credit=False)
    return gettext("The line is credited; its money is on the way back.")


def _credit(actor: Actor, row: Service, values: Values) -> str:
    _given_back(actor, row, values, as_credit=True)
    return gettext("The line is credited; the customer has the sum as credit.")


ACTS = (
    Act(
        name="other-name",
        label=_("Other name"),
        permission="services:update",
        run=_rename,
        form_for=_name_form,
        initial=_name_now,
        explanation_for=_name_explained,
        applies=_name_may_change,
        tone="main",
        decides=True,
    ),
    Act(
        name="refund-line",
        label=_("Refund this line"),
        permission="payments:refund",
        run=_refund,
        form=WhyForm,
        explanation_for=_refund_explained,
        applies=_can_go_back,
        decides=True,
    ),
    Act(
        name="credit-line",
        label=_("Give credit"),
        permission="credit_notes:create",
        run=_credit,
        form=WhyForm,
        explanation_for=_credit_explained,
        applies=_can_go_back,
        decides=True,
    ),
)
ROW_ACTS_OF_SALES = tuple(RowAct(model=SERVICE, act=act) for act in ACTS)
