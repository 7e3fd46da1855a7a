"""What billing plugs into the back office; read by ``wiring.py``."""

from functools import partial

from django.db.models import Exists
from django.utils.translation import gettext_lazy as _

from billing import (
    office,
    office_bulk,
    office_bulk_subscriptions,
    office_dunning,
    office_money,
    office_search,
    office_stripe,
)
from billing.choices import DocumentKind
from billing.models import NumberSeries
from billing.preferences import BANK_ACCOUNT
from billing.providers.payments.base import PAYMENTS
from customers.slots import (
    CustomerAct,
    CustomerFact,
    CustomerFigure,
    CustomerPanel,
    DeletionGuard,
    customer_acts,
    customer_facts,
    customer_figures,
    customer_panels,
    deletion_guards,
    timeline_sentences,
)
from ispplatform.core.admin.dashboard import DASHBOARD_TILES, DashboardTile, Place
from ispplatform.core.admin.kernel.connection_slots import CONNECTION_PARTS, ConnectionPart
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.setting_areas import SETTING_AREAS, SettingArea
from ispplatform.core.admin.setup import SETUP_LINES, SetupLine, has_working_connection
from ispplatform.core.reported_acts import ReportKind, report_acts

__all__ = ["office_bulk", "office_bulk_subscriptions", "office_search"]

report_acts(
    ReportKind.REFUNDS, "billing.refund_start", "billing.credit_grant", "billing.invoice_credit"
)

for key, label, page, icon, permission in (
    ("invoices", _("Invoices"), "invoice", "receipt_long", "invoices:read"),
    ("documents", _("All documents"), "document", "description", "invoices:read"),
    ("payments", _("Payments"), "payment", "payments", "payments:read"),
    ("refunds", _("Refunds"), "refund", "undo", "payments:read"),
    ("dunning", _("Unpaid invoices"), "dunningcase", "notification_important", "invoices:read"),
    ("subscriptions", _("Subscriptions"), "subscription", "autorenew", "subscriptions:read"),
    ("credit", _("Credit"), "creditentry", "savings", "credits:read"),
    ("cards", _("Payment methods"), "paymentmethod", "credit_card", "payment_methods:read"),
    ("journal", _("Journal"), "journalentry", "menu_book", "ledger:read"),
    ("numbers", _("Numbers"), "numberseries", "pin", "invoices:number"),
):
    ADMIN_NAVIGATION.fill(
        AdminEntry(
            key=key,
            section="billing",
            label=label,
            url_name=f"admin:billing_{page}_changelist",
            icon=icon,
            permission=permission,
        )
    )

DASHBOARD_TILES.fill(
    DashboardTile(
        key="billing_today",
        place=Place.TODAY,
        title=_("Payments today"),
        permission="payments:read",
        template="billing/admin/tile_today.html",
        content=office.today_tile,
    )
)
DASHBOARD_TILES.fill(
    DashboardTile(
        key="billing_money",
        place=Place.MONEY,
        title=_("Money"),
        permission="invoices:read",
        template="billing/admin/tile_money.html",
        content=office_money.money_tile,
    )
)

customer_figures.fill(
    CustomerFigure(name="balance", expression=office.balance_expression, is_money=True)
)
customer_figures.fill(
    CustomerFigure(name="amount_owed", expression=office.owed_expression, is_money=True)
)
customer_facts.fill(
    CustomerFact(
        key="credit", label=_("Credit"), permission="credits:read", value=office.credit_fact
    )
)
customer_panels.fill(
    CustomerPanel(
        key="invoices",
        title=_("Invoices and payments"),
        permission="invoices:read",
        template="billing/admin/panel.html",
        context=office.customer_panel,
    ),
    order=40,
)
customer_panels.fill(
    CustomerPanel(
        key="dunning",
        title=_("What happens next to open invoices"),
        permission="invoices:read",
        template="billing/admin/dunning_panel.html",
        context=office_dunning.customer_panel,
    ),
    order=10,
)
for sentence in office_dunning.SENTENCES:
    timeline_sentences.fill(sentence)
customer_acts.fill(
    CustomerAct(
        key="new-invoice",
        label=_("New invoice"),
        permission="invoices:create",
        url=partial(office.customer_url, "invoice"),
    )
)
customer_acts.fill(
    CustomerAct(
        key="what-happens-next",
        label=_("What happens next"),
        permission="invoices:read",
        url=office_dunning.customer_calendar_url,
    )
)
deletion_guards.fill(DeletionGuard(key="billing", refusal=office.deletion_refusal))
CONNECTION_PARTS.fill(
    ConnectionPart(
        key="billing.stripe",
        acts=(office_stripe.COMPARE_ACT,),
        template="billing/admin/connection_books.html",
        content=office_stripe.books_part,
    )
)
SETUP_LINES.fill(
    SetupLine(
        key="numbers",
        label=_("Next invoice number"),
        help=_("So that the first invoice here follows the last one of the system before."),
        url_name="admin:billing_numberseries_add",
        permission="invoices:number",
        is_done=lambda tenant: Exists(NumberSeries.objects.filter(kind=DocumentKind.INVOICE)),
    ),
    order=20,
)
SETUP_LINES.fill(
    SetupLine(
        key="payment_account",
        label=_("Payment account"),
        help=_("A gateway whose connection works, or a bank account for transfers."),
        url_name="admin:connection_add",
        permission="connections:manage",
        is_done=lambda tenant: bool(BANK_ACCOUNT.of(tenant)) or has_working_connection(PAYMENTS),
    ),
    order=50,
)
SETTING_AREAS.fill(SettingArea(key="billing.", title=_("Invoices, tax and credit")), order=30)
SETTING_AREAS.fill(SettingArea(key="billing.dunning_", title=_("Unpaid invoices")), order=40)
