"""What this app plugs into the kernel and into the apps below it."""

from django.utils.translation import gettext_lazy as _

from billing.slots import SuspendableSubjects, suspendable_subjects
from ispplatform.core.attention import (
    AttentionKind,
    MoneyAtStake,
    attention_kinds,
    money_at_stake,
)
from ispplatform.core.due import DueSource, due_sources
from ispplatform.core.events import subscribe
from ispplatform.core.pages.home import PORTAL_HOME, HomePart
from ispplatform.core.pages.navigation import PORTAL_NAVIGATION, PortalEntry
from ispplatform.core.permissions import declare_permissions
from provisioning import events, statuses, tasks, wiring_mails, wiring_office
from provisioning.portal import refusals
from provisioning.portal.home import services_part
from provisioning.selectors.services import stake_of_service
from provisioning.services.trouble import HELD, TROUBLE
from provisioning.services.unpaid import SERVICE, services_suspendable, services_working_count
from provisioning.subscribers import (
    on_invoice_paid,
    on_invoice_reduced,
    on_renewal_trusted,
    on_subscription_ended,
    on_suspension_decided,
    on_suspension_lifted,
    on_termination_decided,
)
from provisioning.workflows.schedules import (
    NOT_CARRIED_OUT,
    REFUSED,
    next_schedule_due,
    schedules_run,
)
from provisioning.workflows.terminations import (
    MANY,
    NOT_ENDED,
    next_termination_due,
    terminations_run,
)

__all__ = ["events", "refusals", "statuses", "tasks", "wiring_mails", "wiring_office"]

declare_permissions(
    ("services:read", "See services", "support", "billing", "sales", "operator", "customer"),
    ("services:create", "Order services for customers", "billing", "sales", "operator"),
    ("services:adopt", "Take over what exists at providers as services", "operator"),
    ("services:activate", "Set services up, and repeat what failed", "support", "operator"),
    ("services:update", "Change what a service is and its plan", "support", "operator"),
    ("services:suspend", "Suspend and resume services", "support", "billing", "operator"),
    ("services:terminate", "End services after the hold", "billing", "operator"),
    ("services:terminate_now", "End services without waiting for the hold", "operator"),
)

for event_name, handler in (
    ("invoice_paid", on_invoice_paid),
    ("suspension_decided", on_suspension_decided),
    ("suspension_lifted", on_suspension_lifted),
    ("termination_decided", on_termination_decided),
    ("renewal_trusted", on_renewal_trusted),
    ("subscription_ended", on_subscription_ended),
):
    subscribe(f"billing.{event_name}", f"provisioning.on_{event_name}", handler)
for event_name in ("invoice_cancelled", "credit_note_issued"):
    subscribe(f"billing.{event_name}", "provisioning.on_invoice_reduced", on_invoice_reduced)

suspendable_subjects.fill(
    SuspendableSubjects(
        type=SERVICE, working_count=services_working_count, suspendable=services_suspendable
    )
)

for kind in (
    AttentionKind(
        name=TROUBLE,
        label=_("A service could not be set up"),
        button=_("Decide how it goes on"),
        advice=_("Agree with the customer: try again, set up something else, or give money back."),
        url=lambda item: f"/admin/provisioning/service/{item.subject_id}/change/",
        is_urgent=True,
    ),
    AttentionKind(
        name=HELD,
        label=_("A paid service is held"),
        button=_("Accept or refuse"),
        advice=_("It is paid and waits: let it through, or refuse its order and refund it."),
        url=lambda item: f"/admin/provisioning/service/{item.subject_id}/change/",
        is_urgent=True,
    ),
    AttentionKind(
        name=NOT_ENDED,
        label=_("A service cannot be ended"),
        button=_("Open service"),
        advice=_("See what stands in the way on its page; it is tried again by itself."),
        url=lambda item: f"/admin/provisioning/service/{item.subject_id}/change/",
        is_urgent=True,
    ),
    AttentionKind(
        name=REFUSED,
        label=_("An arranged act was refused"),
        button=_("Open arrangement"),
        advice=_("Do it by hand on the service's page, or take the arrangement back."),
        url=lambda item: f"/admin/provisioning/serviceschedule/{item.subject_id}/change/",
        is_urgent=True,
    ),
    AttentionKind(
        name=NOT_CARRIED_OUT,
        label=_("An arranged act cannot be carried out"),
        button=_("Open arrangement"),
        advice=_("See why it fails; it is tried again by itself, or take it back."),
        url=lambda item: f"/admin/provisioning/serviceschedule/{item.subject_id}/change/",
        is_urgent=True,
    ),
    AttentionKind(
        name=MANY,
        label=_("Many services are to be deleted"),
        button=_("Look at the list"),
        advice=_("Nothing is deleted before a person has looked at the list."),
        url=lambda item: "/admin/provisioning/service/?due=terminate",
        is_urgent=True,
    ),
):
    attention_kinds.fill(kind)
money_at_stake.fill(MoneyAtStake(subject_type="provisioning.service", amount=stake_of_service))

PORTAL_NAVIGATION.fill(
    PortalEntry(
        key="services", label=_("Services"), url_name="provisioning:services", icon="package"
    ),
    order=20,
)

due_sources.fill(
    DueSource(
        key="provisioning.schedules",
        label=_("Arranged changes of services"),
        next_due=next_schedule_due,
        run_due=schedules_run,
    )
)
due_sources.fill(
    DueSource(
        key="provisioning.terminations",
        label=_("Services whose hold is over"),
        next_due=next_termination_due,
        run_due=terminations_run,
    )
)
PORTAL_HOME.fill(
    HomePart(
        key="services",
        title=_("Services"),
        permission="services:read",
        template="provisioning/home_part.html",
        content=services_part,
    ),
    order=20,
)
