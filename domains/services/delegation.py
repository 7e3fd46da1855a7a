"""Looking at a name from outside: when it is asked, and what is noted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from domains.choices import DelegationStatus, DomainStatus
from domains.errors import DomainNotActive, DomainNotFound
from domains.models import DelegationCheck, Domain
from domains.services.locks import check_own, domain_locked
from domains.services.registration import PLATFORM
from domains.settings import DELEGATION_PATIENCE_HOURS
from ispplatform.core.actors import Actor
from ispplatform.core.attention import attention_open, attention_settled
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.ids import uuid7
from ispplatform.core.operations import operation_start
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id

CHECK = "domains.delegation_check"
ELSEWHERE = "domains.leads_elsewhere"
REST = timedelta(seconds=20)  # a second press of the button asks nothing new
GIVEN_UP = timedelta(minutes=10)  # a look that never ended does not stop the next one


def delegation_check_start(
    *, actor: Actor, domain: Domain, is_changed: bool = False
) -> DelegationCheck:
    """Start looking at what the world sees of a name; one that was just looked at is left.

    Args:
        is_changed: what it should see has changed since the last look.

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
        elif now - check.asked_at < _rest(check, is_changed=is_changed):
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


def _rest(check: DelegationCheck, *, is_changed: bool) -> timedelta:
    if check.is_under_way:
        return GIVEN_UP
    return timedelta(0) if is_changed else REST


def delegation_checked(
    *,
    check_id: UUID,
    status: str,
    findings: Sequence[Mapping[str, str]],
    leads_to: Sequence[str],
    servers: Sequence[Mapping[str, Any]],
) -> None:
    """Note what was seen; the trail keeps it where it is not what was seen before."""
    rows = DelegationCheck.objects.select_for_update(of=("self",)).select_related("domain")
    check = rows.get(pk=check_id)
    before = [dict(finding) for finding in check.findings]
    was_seen = check.checked_at is not None
    check.status, check.checked_at = status, system_now()
    check.findings = [dict(finding) for finding in findings]
    check.leads_to, check.servers = list(leads_to), [dict(one) for one in servers]
    check.elsewhere_since = _elsewhere_since(check)
    check.save()
    _show(check)
    if was_seen and before == check.findings:
        return
    domain = check.domain
    audit(
        "domains.delegation_checked",
        actor=PLATFORM,
        subject=subject_of(domain),
        before={"findings": before},
        after={"status": status, "findings": check.findings},
        customer_id=domain.customer_id,
    )


def elsewhere_check(domain: Domain) -> DelegationCheck | None:
    """Return the last look if it found a name to lead to other name servers than it is to."""
    is_asked_again = Q(status=DelegationStatus.ASKED, elsewhere_since__isnull=False)
    rows = DelegationCheck.objects.filter(domain=domain)
    return rows.filter(Q(status=DelegationStatus.ELSEWHERE) | is_asked_again).first()


def delegation_decided(domain: Domain, *, resolution: str) -> None:
    """Close what stands before a person about where a name leads, in the caller's transaction.

    Its name servers were decided about anew, or nobody looks at it any more: where it still leads
    elsewhere at a later look, the time begins again.
    """
    DelegationCheck.objects.filter(domain=domain).update(elsewhere_since=None)
    attention_settled(kind=ELSEWHERE, subject=subject_of(domain), resolution=resolution)


def _elsewhere_since(check: DelegationCheck) -> datetime | None:
    if check.status == DelegationStatus.ELSEWHERE:
        return check.elsewhere_since or check.checked_at
    if check.status == DelegationStatus.UNKNOWN:
        return check.elsewhere_since  # nobody answered: nothing new is known
    return None


def _show(check: DelegationCheck) -> None:
    """Put a name that leads elsewhere for too long before a person, or close its row."""
    domain, since = check.domain, check.elsewhere_since
    subject = subject_of(domain)
    if since is None:
        attention_settled(kind=ELSEWHERE, subject=subject, resolution="It leads where it should.")
        return
    patience = timedelta(hours=DELEGATION_PATIENCE_HOURS.of(tenant_by_id(check.tenant_id)))
    is_shown = bool(domain.drift)  # the registrar has other ones too: one row is enough
    if domain.status != DomainStatus.ACTIVE or is_shown or system_now() - since < patience:
        return
    found = ", ".join(check.leads_to) or "no name servers at all"
    attention_open(
        kind=ELSEWHERE,
        subject=subject,
        sentence=(
            f"{domain.unicode_name} leads to {found} since {since:%d %b %Y}, and should lead to "
            f"{', '.join(domain.name_servers)}. What we set up for it does not work meanwhile."
        ),
        customer_id=domain.customer_id,
    )
