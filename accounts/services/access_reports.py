"""A report of access as a file; that somebody took it is an export, too."""

from django.db import transaction

from accounts.models import Membership
from accounts.rules.access_reports import REPORT_SPAN
from accounts.selectors.access_reports import report_lines
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.csv_files import csv_text
from ispplatform.core.subjects import subject_of

REPORT = "users:report"
HEAD = ("at", "kind", "act", "on", "subject", "subject_id", "customer_id", "reason", "reference")


def access_report_export(*, actor: Actor, membership: Membership) -> str:
    """Return all that a report tells of the last 90 days as CSV, newest first.

    Raises:
        NotPermitted: the actor may not.
    """
    actor.require(REPORT)
    until = system_now()
    lines = report_lines(membership.user_id, since=until - REPORT_SPAN, until=until)
    text = csv_text(
        HEAD,
        (
            (
                line.at.isoformat(timespec="seconds"),
                line.kind,
                line.act,
                line.subject_type,
                line.subject,
                line.subject_id,
                line.customer_id or "",
                line.reason,
                line.reference,
            )
            for line in lines
        ),
    )
    with transaction.atomic():
        audit("accounts.access_report_export", actor=actor, subject=subject_of(membership.user))
    return text
