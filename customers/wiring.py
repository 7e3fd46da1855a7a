"""What this app plugs into the kernel."""

from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.selectors.portal_accounts import visitor_of_customer
from accounts.slots import (
    CustomerNames,
    CustomerTies,
    VisitorDefaults,
    customer_names,
    customer_ties,
    visitor_defaults,
)
from customers import events, office_bulk, office_search, timeline, wiring_mails
from customers.models import Customer
from customers.panels import PANELS
from customers.selectors import names_of_customers, recipients_for
from customers.services.handover import customers_hand_over, customers_looked_after_by
from customers.slots import customer_panels, deletion_guards, timeline_sentences
from customers.subscribers import confirm_customer_of_sign_up, make_customer_of_sign_up
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.owners import ROW_OWNERS, OwnerSource
from ispplatform.core.events import subscribe
from ispplatform.core.held_work import HELD_WORK, HeldWork
from ispplatform.core.pages.statuses import StatusWords, Tone, declare_statuses
from ispplatform.core.permissions import declare_permissions
from notifications.slots import CustomerRecipients, Recipient, customer_recipients

__all__ = ["events", "office_bulk", "office_search", "wiring_mails"]

for sentence in timeline.SENTENCES:
    timeline_sentences.fill(sentence)

declare_permissions(
    ("customers:read", "See customers"),
    ("customers:create", "Make customers"),
    ("customers:update", "Change customers, their status and tags"),
    ("customers:delete", "Delete and restore customers"),
    ("contacts:read", "See contacts of customers"),
    ("contacts:create", "Add contacts to customers"),
    ("contacts:update", "Change contacts of customers"),
    ("contacts:delete", "Remove contacts of customers"),
    ("notes:read", "Read notes about customers"),
    ("notes:create", "Write notes about customers"),
    ("notes:update", "Change and pin notes about customers"),
    ("notes:delete", "Delete notes about customers"),
    ("mails:write", "Write mails to customers", "support", "billing", "sales"),
)

customer_ties.fill(
    CustomerTies(
        key="customers",
        is_tied=lambda customer_id: any(
            guard.refusal(customer_id) for guard in deletion_guards.items()
        ),
    )
)
HELD_WORK.fill(
    HeldWork(
        key="customers",
        label=_("Customers they look after"),
        count=lambda user_id: customers_looked_after_by(user_id).count(),
        hand_over=customers_hand_over,
    ),
    order=20,
)

declare_statuses(
    "customers.customer",
    StatusWords(
        value="pending",
        staff=_("Pending"),
        customer=_("Waiting for your confirmation"),
        tone=Tone.WARN,
        next=_("The link in the mail makes it active."),
    ),
    StatusWords(value="active", staff=_("Active"), customer=_("Active"), tone=Tone.GOOD),
    StatusWords(
        value="suspended",
        staff=_("Suspended"),
        customer=_("On hold"),
        tone=Tone.BAD,
        next=_("Open invoices can be paid; new orders are not taken."),
    ),
    StatusWords(value="inactive", staff=_("Inactive"), customer=_("Inactive"), tone=Tone.QUIET),
    StatusWords(value="cancelled", staff=_("Cancelled"), customer=_("Closed"), tone=Tone.QUIET),
)

ROW_OWNERS.fill(
    OwnerSource(
        key="customers",
        find=lambda ids: Customer.objects.in_bulk(list(ids)),
        unnamed=lambda customer_id: Customer(pk=customer_id),
        name=lambda: Subquery(
            Customer.objects.filter(pk=OuterRef("customer_id")).values("display_name")[:1]
        ),
    )
)

for order, panel in PANELS:
    customer_panels.fill(panel, order=order)

ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="customers",
        section="customers",
        label=_("Customers"),
        url_name="admin:customers_customer_changelist",
        icon="groups",
        permission="customers:read",
    ),
    order=10,
)
ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="customer_tags",
        section="customers",
        label=_("Tags"),
        url_name="admin:customers_tag_changelist",
        icon="sell",
        permission="customers:read",
    ),
    order=90,
)


def _recipients(customer_id: UUID, purpose: str) -> list[Recipient]:
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        return []
    chosen_language, chosen_zone = visitor_of_customer(customer_id)
    return [
        Recipient(
            email=found.email,
            name=found.name,
            language=customer.language or chosen_language,
            time_zone=customer.time_zone or chosen_zone,
        )
        for found in recipients_for(customer_id, purpose)
    ]


_acted_for = Customer.objects.filter(pk=OuterRef("portal_account__customer_id"))
visitor_defaults.fill(
    VisitorDefaults(
        key="customers",
        language=Subquery(_acted_for.values("language")[:1]),
        time_zone=Subquery(_acted_for.values("time_zone")[:1]),
    )
)
customer_names.fill(CustomerNames(key="customers", read=names_of_customers))
customer_recipients.fill(CustomerRecipients(key="customers", find=_recipients))


# One subscriber, so that a confirmation waits for the customer that it confirms.
subscribe("accounts.portal_account_registered", "customers.sign_ups", make_customer_of_sign_up)
subscribe("accounts.portal_account_activated", "customers.sign_ups", confirm_customer_of_sign_up)
