"""What this app plugs into the kernel and into lower apps."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from billing import events, office, office_stripe, statuses, wiring_mails, wiring_office
from billing.event_operations import GatewayEventKind
from billing.models import (
    CreditUse,
    Document,
    DocumentLine,
    DocumentTax,
    JournalEntry,
    JournalLine,
    PaymentAllocation,
)
from billing.operations import (
    CaptureKind,
    ChargeCancelKind,
    ChargeKind,
    MethodDetachKind,
    PaymentSyncKind,
    RefundKind,
)
from billing.portal import refusals
from billing.portal.home import invoices_part
from billing.providers.payments.base import PAYMENTS, PaymentGateway
from billing.providers.payments.sandbox import SandboxGateway
from billing.providers.payments.stripe import StripeGateway
from billing.providers.payments.stripe.access import (
    CONFIG_FIELDS,
    CREDENTIAL_FIELDS,
    STRIPE,
    check_access,
    is_live_account,
)
from billing.selectors.renewals import next_renewal_due, next_renewal_invoice
from billing.selectors.stakes import (
    stake_of_invoice,
    stake_of_payment,
    stake_of_renewals,
    stake_of_subscription,
)
from billing.services.attention import (
    CHARGE_MISMATCH,
    DISPUTED,
    DOMAIN_UNSETTLED,
    DUNNING_STUCK,
    GATEWAY_OUTAGE,
    NOTICE_UNDELIVERED,
    REFUND_BY_HAND,
    REFUND_FAILED,
    RENEWAL_FAILED,
    RENEWAL_TAKEN_BACK,
    RESERVATION_ENDS,
    SKIPPED_PERIOD,
    STRIPE_DIFFERENCE,
    SUSPENSION_PLAN,
    UNMATCHED_MONEY,
)
from billing.stripe_operations import StripeCompareKind, StripeCopyKind
from billing.subscribers import on_document_issued, on_invoice_over, on_mail_sent
from billing.wiring_attention import ADVICE
from billing.workflows.due import late_charges_run, next_late_charge, next_overdue
from billing.workflows.dunning_run import PROMISE_NOT_ENDED, dunning_run_by_day, next_dunning_due
from billing.workflows.overdue import NOT_MARKED, invoices_mark_overdue
from billing.workflows.payment_checks import NOT_CHECKED
from billing.workflows.renewals import renewals_run
from ispplatform.core.attention import (
    AttentionKind,
    MoneyAtStake,
    attention_kinds,
    money_at_stake,
)
from ispplatform.core.due import ClockTarget, DueSource, clock_targets, due_sources
from ispplatform.core.events import subscribe
from ispplatform.core.frozen import freeze
from ispplatform.core.operations import kinds
from ispplatform.core.pages.home import PORTAL_HOME, HomePart
from ispplatform.core.pages.navigation import PORTAL_NAVIGATION, PortalEntry
from ispplatform.core.permissions import declare_permissions
from ispplatform.core.providers import backends

__all__ = ["events", "refusals", "statuses", "wiring_mails", "wiring_office"]

PORTAL_NAVIGATION.fill(
    PortalEntry(key="billing", label=_("Billing"), url_name="billing:home", icon="receipt"),
    order=60,
)

for issued in (Document, DocumentLine, DocumentTax):
    freeze(issued, once="issued_at")
for booked in (JournalEntry, JournalLine, PaymentAllocation, CreditUse):
    freeze(booked)

for kind in (
    ChargeKind,
    CaptureKind,
    ChargeCancelKind,
    PaymentSyncKind,
    RefundKind,
    MethodDetachKind,
    GatewayEventKind,
    StripeCopyKind,
    StripeCompareKind,
):
    kinds.register(kind)

backends.register_kind(PAYMENTS, label="Payments", party="payment account", protocol=PaymentGateway)
backends.register(PAYMENTS, "sandbox", SandboxGateway, label="Sandbox gateway", sandbox=True)
backends.register(
    PAYMENTS,
    STRIPE,
    StripeGateway,
    label="Stripe",
    credential_fields=CREDENTIAL_FIELDS,
    config_fields=CONFIG_FIELDS,
    is_live_account=is_live_account,
    check=check_access,
    notices_path="/api/v1/gateways/stripe/events/{connection_id}",
)

for name, label, button, page in (
    (UNMATCHED_MONEY, _("Money without an invoice"), _("Open payment"), "payment"),
    (CHARGE_MISMATCH, _("Payment does not fit"), _("Open payment"), "payment"),
    (RESERVATION_ENDS, _("Reserved money is not taken"), _("Open payment"), "payment"),
    (REFUND_FAILED, _("Refund refused"), _("Open refund"), "refund"),
    (REFUND_BY_HAND, _("Refund to send"), _("Open refund"), "refund"),
    (DISPUTED, _("Payment disputed"), _("Open dispute"), "dispute"),
    (DUNNING_STUCK, _("Unpaid invoice not followed up"), _("Open invoice"), "invoice"),
    (NOTICE_UNDELIVERED, _("Last notice not delivered"), _("Open invoice"), "invoice"),
    (DOMAIN_UNSETTLED, _("Unpaid domain runs out"), _("Renew on trust"), "invoice"),
    (NOT_MARKED, _("Invoice cannot become overdue"), _("Open invoice"), "invoice"),
    (NOT_CHECKED, _("Payment cannot be asked for"), _("Open payment"), "payment"),
):
    attention_kinds.fill(
        AttentionKind(
            name=name,
            advice=ADVICE[name],
            label=label,
            button=button,
            url=partial(office.subject_page, page),
            is_urgent=True,
        )
    )

for subject_type, amount in (
    ("billing.invoice", stake_of_invoice),
    ("billing.payment", stake_of_payment),
    ("billing.subscription", stake_of_subscription),
    ("customers.customer", stake_of_renewals),
):
    money_at_stake.fill(MoneyAtStake(subject_type=subject_type, amount=amount))

attention_kinds.fill(
    AttentionKind(
        name=RENEWAL_TAKEN_BACK,
        advice=ADVICE[RENEWAL_TAKEN_BACK],
        label=_("Lost, and its renewal taken back"),
        button=_("Open subscription"),
        url=partial(office.subject_page, "subscription"),
        is_urgent=True,
    )
)
attention_kinds.fill(
    AttentionKind(
        name=SKIPPED_PERIOD,
        advice=ADVICE[SKIPPED_PERIOD],
        label=_("Renewed, and not billed"),
        button=_("Bill it or give it"),
        url=partial(office.subject_page, "subscription"),
        is_urgent=True,
    )
)
attention_kinds.fill(
    AttentionKind(
        name=RENEWAL_FAILED,
        advice=ADVICE[RENEWAL_FAILED],
        label=_("Renewals that cannot be invoiced"),
        button=_("Open customer"),
        url=office.customer_page,
        is_urgent=True,
    )
)

attention_kinds.fill(
    AttentionKind(
        name=STRIPE_DIFFERENCE,
        advice=ADVICE[STRIPE_DIFFERENCE],
        label=_("Stripe's books differ"),
        button=_("Open"),
        url=office_stripe.difference_page,
        is_urgent=True,
    )
)

due_sources.fill(
    DueSource(
        key="billing.renewals",
        label=_("Renewals invoiced, periods begun and ended"),
        next_due=next_renewal_due,
        run_due=renewals_run,
    )
)
clock_targets.fill(
    ClockTarget(key="billing.renewal", label=_("To the next renewal"), when=next_renewal_invoice)
)
due_sources.fill(
    DueSource(
        key="billing.overdue",
        label=_("Invoices that became overdue"),
        next_due=next_overdue,
        run_due=invoices_mark_overdue,
    )
)
for name, label, button in (
    (SUSPENSION_PLAN, _("Many services are to be suspended"), _("Look at the list")),
    (GATEWAY_OUTAGE, _("Payment gateway refuses charges"), _("Let dunning go on")),
    (PROMISE_NOT_ENDED, _("Agreed days cannot be ended"), _("Look at the list")),
):
    attention_kinds.fill(
        AttentionKind(
            name=name,
            advice=ADVICE[name],
            label=label,
            button=button,
            url=office.unpaid_page,
            is_urgent=True,
        )
    )

due_sources.fill(
    DueSource(
        key="billing.dunning",
        label=_("Unpaid invoices followed up"),
        next_due=next_dunning_due,
        run_due=dunning_run_by_day,
    )
)
due_sources.fill(
    DueSource(
        key="billing.late_charges",
        label=_("Card payments that settled late"),
        next_due=next_late_charge,
        run_due=late_charges_run,
    )
)

declare_permissions(
    ("invoices:read", "See invoices and credit notes"),
    ("invoices:create", "Draft and issue invoices"),
    ("invoices:send", "Mail invoices to customers"),
    ("invoices:void", "Make invoices void"),
    ("invoices:number", "Set the next number of a series"),
    ("credit_notes:create", "Issue credit notes"),
    ("payments:read", "See payments and refunds"),
    ("payments:create", "Charge customers' cards"),
    ("payments:record", "Record payments that came another way"),
    ("payments:capture", "Reserve and take money of payments"),
    ("payments:cancel", "Give up payments"),
    ("payments:refund", "Send money back"),
    ("credits:read", "See customers' credit", "support"),
    ("credits:grant", "Give customers credit up to the company's limit", "support"),
    ("credits:grant_any", "Give customers any sum of credit"),
    ("credits:apply", "Pay invoices with credit"),
    ("payment_methods:read", "See customers' payment methods", "support"),
    ("payment_methods:manage", "Add and remove customers' payment methods"),
    ("subscriptions:read", "See subscriptions"),
    ("subscriptions:create", "Begin subscriptions"),
    ("subscriptions:update", "Change and cancel subscriptions"),
    ("ledger:read", "See the ledger"),
    ("tax:read", "See tax rates and sums"),
    ("dunning:pause", "Let what follows an unpaid invoice stand still, and go on", "support"),
    ("dunning:manage", "Skip and hasten what follows an unpaid invoice"),
    ("dunning:confirm", "Confirm lists of suspensions"),
    ("dunning:trust", "Renew domains before they are paid"),
    ("own_invoices:read", "See the own invoices and payments", "customer"),
    ("own_payments:create", "Pay", "customer"),
    ("own_subscriptions:update", "Let the own services renew or run out", "customer"),
    ("own_payment_methods:manage", "Keep and forget the own cards", "customer"),
)

for issued_event in ("proforma_created", "invoice_issued", "credit_note_issued"):
    subscribe(f"billing.{issued_event}", "billing.files", on_document_issued)
PORTAL_HOME.fill(
    HomePart(
        key="invoices",
        title=_("Open invoices"),
        permission="own_invoices:read",
        template="billing/home_part.html",
        content=invoices_part,
    ),
    order=30,
)
for over in ("invoice_paid", "invoice_cancelled"):
    subscribe(f"billing.{over}", "billing.dunning", on_invoice_over)
subscribe("notifications.mail_sent", "billing.dunning", on_mail_sent)
