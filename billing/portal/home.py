"""What the portal's home page shows of invoices."""

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.choices import InvoiceStatus
from billing.models import Invoice
from billing.selectors.invoices import invoices_for
from ispplatform.core.actors import Actor
from ispplatform.core.models import Tenant
from ispplatform.core.pages.formats import date_text, format_locale, money_text
from ispplatform.core.pages.home import HomeContent, NextStep, Urgency

ROWS = 5


def invoices_part(tenant: Tenant, actor: Actor) -> HomeContent:
    """Return the customer's open invoices, the one that is due first on top."""
    rows = list(invoices_for(actor).open().order_by("due_date", "pk")[: ROWS + 1])
    if not rows:
        return HomeContent(values={})
    values = {
        "invoices": rows[:ROWS],
        "more_url": f"{reverse('billing:home')}?show=open",
        "more_label": _("All open invoices"),
    }
    return HomeContent(values=values, steps=[_step(rows[0], tenant)])


def _step(invoice: Invoice, tenant: Tenant) -> NextStep:
    locale = format_locale(get_language() or "en", tenant.country)
    facts = {
        "number": invoice.number,
        "amount": money_text(invoice.amount_due, invoice.currency, locale),
        "day": date_text(invoice.due_date, locale) if invoice.due_date else "",
    }
    is_overdue = invoice.status == InvoiceStatus.OVERDUE
    text = (
        _("%(amount)s were due on %(day)s. Please pay to avoid an interruption.")
        if is_overdue
        else _("%(amount)s are due on %(day)s.")
    )
    title = _("Invoice %(number)s is overdue.") if is_overdue else _("Invoice %(number)s is open.")
    return NextStep(
        urgency=Urgency.OVERDUE if is_overdue else Urgency.OPEN_INVOICE,
        title=title % facts,
        text=text % facts,
        label=_("Pay %(amount)s") % facts,
        url=reverse("billing:pay", args=[invoice.pk]),
        tone="bad" if is_overdue else "info",
    )
