"""Looking at a name from outside: when it is asked, and what is noted."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from domains.choices import DelegationStatus, DomainStatus
from domains.errors import DomainNotActive, DomainNotFound
from domains.models import DelegationCheck, Domain
from domains.services.locks import check_own, domain_locked
from domains.services.registration import PLATFORM
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.ids import uuid7
from ispplatform.core.operations import operation_start
from ispplatform.core.subjects import subject_of

CHECK = "domains.delegation_check"
REST = timedelta(seconds=20)  # a second press of the button asks nothing new
GIVEN_UP = timedelta(minutes=10)  # a look that never ended does not stop the next one


def delegation_check_start(*, actor: Actor, domain: Domain) -> DelegationCheck:
    """Start looking at what the world sees of a name; one that was just looked at is left.

    Returns:
        The row that will hold the answer, ``asked`` until then.

    Raises:
        NotPermitted: no ``domains:read``.
        DomainNotFound: it is another customer's.
        DomainNotActive: the registrar does not hold the name for us.
    """
    actor.require("domains:read")
    check_own(actor, domain.customer_id, DomainNotFound("There is no such domain."))
    now = system_now()
    with transaction.atomic():
        row = domain_locked(domain.pk)
        if row.status not in {DomainStatus.ACTIVE, DomainStatus.EXPIRED}:
            raise DomainNotActive("Only a registered name can be looked at from outside.")
        check = DelegationCheck.objects.filter(domain=row).first()
        if check is None:
            check = DelegationCheck(domain=row)
        elif now - check.asked_at < (GIVEN_UP if check.is_under_way else REST):
            return check
        check.status, check.asked_at = DelegationStatus.ASKED, now
        check.save()
        operation_start(
            kind=CHECK,
            key=f"{check.pk}:{uuid7()}",
            subject=subject_of(check),
            actor=actor,
            customer_id=row.customer_id,
        )
    return check


def delegation_checked(
    *,
    check_id: UUID,
    status: str,
    findings: Sequence[Mapping[str, str]],
    leads_to: Sequence[str],
    servers: Sequence[Mapping[str, Any]],
) -> None:
    """Note what was seen; the trail keeps it where it is not what was seen before."""
    check = DelegationCheck.objects.select_for_update(of=("self",)).get(pk=check_id)
    before = [dict(finding) for finding in check.findings]
    was_seen = check.checked_at is not None
    check.status, check.checked_at = status, system_now()
    check.findings = [dict(finding) for finding in findings]
    check.leads_to, check.servers = list(leads_to), [dict(one) for one in servers]
    check.save()
    if was_seen and before == check.findings:
        return
    domain = Domain.objects.get(pk=check.domain_id)
    audit(
        "domains.delegation_checked",
        actor=PLATFORM,
        subject=subject_of(domain),
        before={"findings": before},
        after={"status": status, "findings": check.findings},
        customer_id=domain.customer_id,
    )
