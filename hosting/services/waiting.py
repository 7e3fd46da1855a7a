"""Mailboxes that were ordered before the account that holds them was there."""

from hosting.choices import MailboxStatus
from hosting.models import HostingAccount, Mailbox, MailDomain
from hosting.services.mailboxes import EMAIL, STEP, mailbox_create
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError
from provisioning.choices import ServiceStatus
from provisioning.models import Service
from provisioning.services.activation import service_step_done
from provisioning.services.trouble import service_fail_to_person

PLATFORM = Actor.system("hosting")


def mailboxes_waiting_create(*, account: HostingAccount) -> None:
    """Create what an account's own order and the customer's e-mail orders want in it."""
    mail_domain = account.mail_domains.get(name=account.domain)
    for service in [account.service, *_email_services_waiting(account)]:
        if service.configuration.get("mailbox"):
            mailbox_ensure(service=service, mail_domain=mail_domain)


def mailbox_ensure(*, service: Service, mail_domain: MailDomain) -> None:
    """Start creating the mailbox that a service's configuration names, unless it exists."""
    service_step_done(actor=PLATFORM, service_id=service.pk, key="place")
    local_part = str(service.configuration["mailbox"])
    address = f"{local_part}@{mail_domain.name}"
    is_email = service.type == EMAIL
    rows = Mailbox.objects.live().filter(address=address, mail_domain=mail_domain)
    found = rows.filter(service=service) if is_email else rows
    mailbox = found.first()
    if mailbox is not None:
        if mailbox.status != MailboxStatus.PENDING:
            service_step_done(actor=PLATFORM, service_id=service.pk, key=STEP)
        return
    try:
        mailbox_create(
            actor=PLATFORM,
            mail_domain=mail_domain,
            local_part=local_part,
            quota_mb=service.plan.parameters.get("mailbox_mb") if is_email else None,
            service=service if is_email else None,
        )
    except PlatformError as refusal:
        service_fail_to_person(
            actor=PLATFORM, service_id=service.pk, trouble=refusal.message, step=STEP
        )


def _email_services_waiting(account: HostingAccount) -> list[Service]:
    rows = Service.objects.of_customer(account.customer_id).filter(
        type="email",
        status=ServiceStatus.PENDING,
        setup_started_at__isnull=False,
        configuration__domain=account.domain,
    )
    return list(rows.exclude(pk=account.service_id).select_related("plan").order_by("id"))
