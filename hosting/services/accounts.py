"""Hosting accounts: what is decided, and what follows from the panel's answers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from domains.rules.names import unicode_name
from hosting.choices import AccountStatus
from hosting.errors import DomainHostedAlready, PlanHasNoPackage
from hosting.events import AccountCreated, AccountDeleted, AccountResumed, AccountSuspended
from hosting.models import HostingAccount, HostingServer, HostingUsageDay, MailDomain
from hosting.rules.usernames import username_for
from hosting.selectors.accounts import server_for_new_account
from hosting.services.dns import account_records_lay
from hosting.services.locks import account_locked
from hosting.services.waiting import mailboxes_waiting_create
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_today, system_now
from ispplatform.core.events import Event, publish
from ispplatform.core.ids import uuid7
from ispplatform.core.operations import operation_start
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.models import Service
from provisioning.services.activation import service_step_done
from provisioning.services.trouble import service_fail_to_person

CREATE = "hosting.account_create"
READ_BACK = "hosting.account_read_back"
SUSPEND = "hosting.account_suspend"
RESUME = "hosting.account_resume"
CHANGE_PACKAGE = "hosting.account_change_package"
DELETE = "hosting.account_delete"
PLATFORM = Actor.system("hosting")


def account_create(*, actor: Actor, service: Service) -> HostingAccount:
    """Write down the account that a service is to have and start creating it.

    Args:
        service: its configuration is the one that the provisioner prepared.

    Raises:
        PlanHasNoPackage: the plan does not name a package.
        NoServerFree: every server is closed or full.
        DomainHostedAlready: the domain has an account already.
    """
    parameters: Mapping[str, Any] = service.plan.parameters
    package = str(parameters.get("package") or "")
    if not package:
        raise PlanHasNoPackage(f"The plan {service.plan.name} names no package of the panel.")
    try:
        with transaction.atomic():
            server = server_for_new_account(preferred=str(parameters.get("server") or ""))
            account = _new_account(service, server, package, parameters)
            subject = subject_of(account)
            audit(
                "hosting.account_create",
                actor=actor,
                subject=subject,
                after={"server": server.name, "package": package, "domain": account.domain},
                customer_id=account.customer_id,
            )
            _start(CREATE, account, actor=actor, key=str(account.pk))
    except IntegrityError:
        raise DomainHostedAlready(
            f"{service.configuration['domain_unicode']} has a hosting account already."
        ) from None
    return account


def _new_account(
    service: Service, server: HostingServer, package: str, parameters: Mapping[str, Any]
) -> HostingAccount:
    pk = uuid7()
    taken = set(server.accounts.values_list("username", flat=True))
    domain = str(service.configuration.get("domain") or "")
    username = username_for(domain, key=str(pk), taken=taken)
    domain = domain or f"{username}.{server.hostname}"
    return HostingAccount.objects.create(
        id=pk,
        customer=service.customer,
        service=service,
        server=server,
        username=username,
        domain=domain,
        unicode_domain=unicode_name(domain),
        package=package,
        owner_mark=str(pk),
        max_mailboxes=parameters.get("mailboxes"),
        mailbox_quota_mb=parameters.get("mailbox_mb"),
    )


def account_created(*, account_id: UUID, reference: str) -> None:
    """Note that the panel made the account, and start reading it back."""
    account = account_locked(account_id)
    account.reference = reference[:100]
    account.save(update_fields=["reference"])
    _note("hosting.account_made", account, {"reference": account.reference})
    service_step_done(actor=PLATFORM, service_id=account.service_id, key="account")
    read_back_start(account, actor=PLATFORM)


def account_refused(*, account_id: UUID, reason: str) -> None:
    """Note that the panel refused for good: a person decides how the order goes on."""
    account = account_locked(account_id)
    if account.status != AccountStatus.PENDING:
        return
    account.status = AccountStatus.FAILED
    account.save(update_fields=["status"])
    _note("hosting.account_refused", account, {"status": account.status}, reason=reason)
    account_in_trouble(
        account=account, reason=f"{account.server.name} refused: {reason}", step="account"
    )


def account_in_trouble(
    *, account: HostingAccount, reason: str, step: str, is_shown_elsewhere: bool = False
) -> None:
    """Put the service of an account before a person (see ``service_fail_to_person``)."""
    service_fail_to_person(
        actor=PLATFORM,
        service_id=account.service_id,
        trouble=f"{account.unicode_domain}: {reason}",
        step=step,
        is_shown_elsewhere=is_shown_elsewhere,
    )


def account_restarted(*, account_id: UUID) -> None:
    """Let a refused account be tried again under the same row."""
    account = account_locked(account_id)
    if account.status == AccountStatus.FAILED:
        account.status = AccountStatus.PENDING
        account.save(update_fields=["status"])


def account_read(*, account_id: UUID, seen: Mapping[str, Any] | None) -> HostingAccount:
    """Take over what the panel has; call it in the transaction that settles the reading.

    Args:
        seen: ``package``, ``is_suspended`` and the numbers of ``AccountUsage``; None when the
            panel has no such account (any more).
    """
    account = account_locked(account_id)
    before = account.status
    if seen is None:
        _take_status(account, AccountStatus.TERMINATED)
        return account
    account.package = seen["package"]
    account.disk_used_bytes = seen["disk_used_bytes"]
    account.disk_limit_bytes = seen["disk_limit_bytes"]
    account.bandwidth_used_bytes = seen["bandwidth_used_bytes"]
    account.bandwidth_limit_bytes = seen["bandwidth_limit_bytes"]
    account.read_at = account.usage_read_at = system_now()
    account.save()
    HostingUsageDay.objects.update_or_create(
        account=account,
        day=business_today(tenant_by_id(account.tenant_id)),
        defaults={
            "disk_used_bytes": account.disk_used_bytes,
            "bandwidth_used_bytes": account.bandwidth_used_bytes,
        },
    )
    is_off = seen["is_suspended"]
    _take_status(account, AccountStatus.SUSPENDED if is_off else AccountStatus.ACTIVE)
    if before == AccountStatus.PENDING:
        _first_seen(account)
    return account


def _first_seen(account: HostingAccount) -> None:
    """Do what waited for a new account: mail domain, DNS records, ordered mailboxes."""
    MailDomain.objects.get_or_create(
        account=account,
        name=account.domain,
        defaults={"customer": account.customer, "unicode_name": account.unicode_domain},
    )
    _publish(account, AccountCreated, username=account.username)
    service_step_done(actor=PLATFORM, service_id=account.service_id, key="read_back")
    account_records_lay(account=account)
    mailboxes_waiting_create(account=account)


def account_change_package(
    *, actor: Actor, account: HostingAccount, plan_code: str, parameters: Mapping[str, Any]
) -> None:
    """Start giving the account the package of another plan, in the caller's transaction.

    Raises:
        PlanHasNoPackage: the plan does not name a package.
    """
    package = str(parameters.get("package") or "")
    if not package:
        raise PlanHasNoPackage(f"The plan {plan_code} names no package of the panel.")
    row = account_locked(account.pk)
    before, row.package = row.package, package
    row.max_mailboxes = parameters.get("mailboxes")
    row.mailbox_quota_mb = parameters.get("mailbox_mb")
    row.save(update_fields=["package", "max_mailboxes", "mailbox_quota_mb"])
    audit(
        "hosting.account_change_package",
        actor=actor,
        subject=subject_of(row),
        before={"package": before},
        after={"package": package},
        customer_id=row.customer_id,
    )
    _start(CHANGE_PACKAGE, row, actor=actor, params={"package": package})


def account_suspend(*, actor: Actor, account: HostingAccount, reason: str) -> None:
    """Start switching the account off, in the caller's transaction."""
    _start(SUSPEND, account, actor=actor, params={"reason": reason[:200]})


def account_resume(*, actor: Actor, account: HostingAccount) -> None:
    """Start switching the account on again, in the caller's transaction."""
    _start(RESUME, account, actor=actor)


def account_delete(*, actor: Actor, account: HostingAccount) -> None:
    """Start deleting the account, in the caller's transaction; its marks are compared first."""
    _start(DELETE, account, actor=actor)


def account_switched(*, account_id: UUID, is_suspended: bool) -> None:
    """Note that the panel switched an account off or on."""
    account = account_locked(account_id)
    _take_status(account, AccountStatus.SUSPENDED if is_suspended else AccountStatus.ACTIVE)


def account_gone(*, account_id: UUID) -> None:
    """Note that the panel no longer has an account; its records leave the zone."""
    account = account_locked(account_id)
    _take_status(account, AccountStatus.TERMINATED)
    account_records_lay(account=account)


def read_back_start(account: HostingAccount, *, actor: Actor) -> None:
    """Start asking the panel what it has, in the caller's transaction."""
    _start(READ_BACK, account, actor=actor)


def _take_status(account: HostingAccount, status: AccountStatus) -> None:
    before = account.status
    if before == status:
        return
    account.status = status
    account.save(update_fields=["status"])
    _note("hosting.account_status", account, {"status": status}, before={"status": before})
    if status == AccountStatus.SUSPENDED:
        _publish(account, AccountSuspended)
    elif status == AccountStatus.TERMINATED:
        _publish(account, AccountDeleted)
    elif before == AccountStatus.SUSPENDED:
        _publish(account, AccountResumed)


def _start(
    kind: str,
    account: HostingAccount,
    *,
    actor: Actor,
    key: str = "",
    params: Mapping[str, Any] | None = None,
) -> None:
    operation_start(
        kind=kind,
        key=key or f"{account.pk}:{uuid7()}",
        subject=subject_of(account),
        actor=actor,
        params=params,
        connection=account.server.connection,
        customer_id=account.customer_id,
    )


def _note(
    act: str,
    account: HostingAccount,
    after: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    audit(
        act,
        actor=PLATFORM,
        subject=subject_of(account),
        reason=reason,
        before=before,
        after=after,
        customer_id=account.customer_id,
    )


def _publish(account: HostingAccount, event: type[Event], **more: Any) -> None:
    publish(
        event(  # type: ignore[call-arg] # every event of an account has these fields
            account_id=account.pk,
            customer_id=account.customer_id,
            domain=account.domain,
            **more,
        ),
        subject=subject_of(account),
        customer_id=account.customer_id,
    )
