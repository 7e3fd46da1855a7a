"""The company's sender: a mail to oneself, and what the DNS says of its domain."""

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, QuerySet
from django.db.models.expressions import Combinable

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.events import publish
from ispplatform.core.models.operations import Operation, OperationState
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.operations import (
    Guarantee,
    OperationCall,
    OperationKind,
    Receipt,
    operation_start,
)
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from notifications.choices import MailState
from notifications.events import TrialMailRequested
from notifications.models import Mail
from notifications.preferences import DKIM_SELECTOR
from notifications.providers.txt_records import txt_records
from notifications.rules.sender_records import RecordFinding, record_findings, record_names
from notifications.services import RESEND, sender_of

CHECK = "notifications.sender_check"
TEST_MAIL = "notifications.test_mail"


class CheckSender(OperationKind):
    """Asks the DNS for SPF, DKIM and DMARC of the sender's domain; it changes nothing."""

    name = CHECK
    label = "Look at the sender's DNS records"
    guarantee = Guarantee.CONVERGENT
    call_deadline_seconds = 30.0
    lease_seconds = 90.0
    in_order = True
    max_attempts = 3
    is_urgent = False

    def call(self, call: OperationCall) -> Receipt:
        tenant = tenant_by_id(call.operation.tenant_id)
        domain = sender_domain(tenant)
        names = record_names(domain, DKIM_SELECTOR.of(tenant))
        texts = {
            kind: txt_records(
                name,
                resolvers=list(settings.DNS_RESOLVERS),
                seconds_left=call.deadline.remaining_seconds,
            )
            for kind, name in names.items()
        }
        findings = record_findings(names, texts)
        return Receipt(
            data={
                "domain": domain,
                "is_good": all(finding.is_good for finding in findings),
                "findings": [
                    {
                        "kind": finding.kind,
                        "name": finding.name,
                        "found": finding.found[:500],
                        "count": finding.count,
                    }
                    for finding in findings
                ],
            }
        )

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        """Change nothing: the page reads the operation's own answer."""


def sender_domain(tenant: Tenant) -> str:
    """Return the domain that the company's mails come from."""
    return sender_of(tenant)[1].rpartition("@")[2].lower()


def sender_check_start(*, actor: Actor, tenant: Tenant) -> Operation:
    """Start asking the DNS about the sender's domain.

    Raises:
        NotPermitted.
    """
    actor.require(RESEND)
    with transaction.atomic():
        return operation_start(
            kind=CHECK,
            key=f"{tenant.pk}:{system_now():%Y%m%d%H%M%S}",
            subject=subject_of(tenant),
            actor=actor,
        )


def sender_try(*, actor: Actor, tenant: Tenant, to_email: str) -> None:
    """Send a mail that says nothing, from the company's sender.

    Raises:
        NotPermitted.
    """
    actor.require(RESEND)
    with transaction.atomic():
        publish(TrialMailRequested(to_email=to_email), subject=subject_of(tenant))
        audit(
            "notifications.sender_try",
            actor=actor,
            subject=subject_of(tenant),
            after={"to": to_email},
        )


def last_check() -> Operation | None:
    """Return the last look at the sender's records, finished or not."""
    # Keys of one company end in the time, and the index that holds them begins with the kind.
    return Operation.objects.filter(kind=CHECK).order_by("-key").first()


def findings_of(check: Operation | None) -> list[RecordFinding]:
    """Return what a finished look found."""
    if check is None or check.state != OperationState.SUCCEEDED:
        return []
    return [RecordFinding(**line) for line in check.result["findings"]]


def last_trial_mail() -> Mail | None:
    """Return the last test mail, wherever it is."""
    return Mail.objects.filter(kind=TEST_MAIL).order_by("-created_at").first()


def trial_mails_taken() -> QuerySet[Mail]:
    """Return the test mails that a mail server took over."""
    return Mail.objects.filter(kind=TEST_MAIL, state=MailState.SENT)


def sender_is_proved() -> Combinable:
    """Return whether a test mail left and the last look found all records good."""
    good = Operation.objects.filter(
        kind=CHECK, state=OperationState.SUCCEEDED, result__is_good=True
    )
    return ExpressionWrapper(
        Exists(trial_mails_taken()) & Exists(good), output_field=BooleanField()
    )
