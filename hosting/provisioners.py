"""Services of the types hosting and email."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_noop

from catalog.choices import DomainOffer
from catalog.models import Plan
from customers.models import Customer
from domains.rules.names import DomainName, parse_domain_name
from hosting.choices import LIVE_ACCOUNT_STATUSES, AccountStatus
from hosting.errors import DomainHostedAlready, MailboxAlreadyHere, PlanHasNoPackage
from hosting.models import HostingAccount, Mailbox, MailDomain
from hosting.rules.mailboxes import local_part
from hosting.selectors.accounts import account_of_domain, account_of_service
from hosting.selectors.mail import mailbox_of_service
from hosting.services.accounts import (
    PLATFORM,
    account_change_package,
    account_create,
    account_delete,
    account_resume,
    account_suspend,
    read_back_start,
)
from hosting.services.mailboxes import mailbox_delete, mailbox_switch, mailbox_take_quota
from hosting.services.waiting import mailbox_ensure
from ispplatform.core.actors import Actor
from ispplatform.core.operations.decisions import operations_retry_waiting
from provisioning.choices import ServiceStatus
from provisioning.errors import InvalidConfiguration
from provisioning.models import Service
from provisioning.provisioners import RenewalTerm, Step


class HostingProvisioner:
    """Creates, switches and deletes hosting accounts.

    Configuration: ``domain_mode`` (``register``, ``own`` or ``later``; default ``own`` when there
    is a domain), ``domain`` (unless later), ``mailbox`` (a first mailbox's part before the @).
    """

    type = "hosting"

    def prepare(
        self, *, customer: Customer, plan: Plan, configuration: dict[str, Any]
    ) -> dict[str, Any]:
        _check_package(plan)
        text = str(configuration.get("domain") or "")
        mode = str(
            configuration.get("domain_mode") or (DomainOffer.OWN if text else DomainOffer.LATER)
        )
        if mode not in DomainOffer.values:
            raise InvalidConfiguration(
                f"Use one of {', '.join(DomainOffer.values)}.", field="domain_mode"
            )
        if mode == DomainOffer.LATER:
            return {"domain": "", "domain_unicode": "", "domain_mode": mode, "mailbox": ""}
        name = parse_domain_name(text)
        _check_free(name)
        mailbox = str(configuration.get("mailbox") or "")
        return {
            "domain": name.ascii,
            "domain_unicode": name.unicode,
            "domain_mode": mode,
            "mailbox": local_part(mailbox) if mailbox else "",
        }

    def steps(self, service: Service) -> list[Step]:
        steps = [
            Step(key="account", label=gettext_noop("Creating your hosting account")),
            Step(key="read_back", label=gettext_noop("Checking it on the server")),
        ]
        if service.configuration.get("mailbox"):
            steps.append(Step(key="mailbox", label=gettext_noop("Creating your mailbox")))
        return steps

    def activate(self, service: Service, *, actor: Actor) -> None:
        _carry_on(service)
        if service.hosting_accounts.filter(status=AccountStatus.PENDING).exists():
            return  # under way: its operation carries it on
        account = account_of_service(service.pk)
        if account is not None and account.status in LIVE_ACCOUNT_STATUSES:
            _mailbox_again(service, account)
            return
        account_create(actor=actor, service=service)

    def read_back(self, service: Service, *, actor: Actor) -> None:
        for account in service.hosting_accounts.live():
            read_back_start(account, actor=actor)

    def renew(self, service: Service, *, term: RenewalTerm, actor: Actor) -> None:
        """Do nothing: a panel knows no terms."""

    def suspend(self, service: Service, *, actor: Actor) -> None:
        for account in service.hosting_accounts.live():
            account_suspend(actor=actor, account=account, reason=f"Service {service.pk}")

    def resume(self, service: Service, *, actor: Actor) -> None:
        for account in service.hosting_accounts.live():
            account_resume(actor=actor, account=account)

    def change(self, service: Service, *, plan: Plan, actor: Actor) -> None:
        for account in service.hosting_accounts.live():
            account_change_package(
                actor=actor, account=account, plan_code=plan.code, parameters=plan.parameters
            )

    def terminate(self, service: Service, *, actor: Actor) -> None:
        for account in service.hosting_accounts.live():
            account_delete(actor=actor, account=account)

    def holds_nothing(self, service: Service) -> bool:
        return not service.hosting_accounts.live().exists()

    def portal_path(self, service: Service) -> str:
        account = account_of_service(service.pk)
        return reverse("hosting:account", args=[account.pk]) if account is not None else ""


class EmailProvisioner:
    """Creates, switches and deletes single mailboxes.

    A mailbox lives in the customer's hosting account of its domain. Where there is none, and none
    on order, it gets a mail-only account of its own (the plan's ``package``).

    Configuration: ``domain`` and ``mailbox`` (the part before the @).
    """

    type = "email"

    def prepare(
        self, *, customer: Customer, plan: Plan, configuration: dict[str, Any]
    ) -> dict[str, Any]:
        _check_package(plan)
        name = parse_domain_name(str(configuration.get("domain") or ""))
        local = local_part(str(configuration.get("mailbox") or ""))
        if Mailbox.objects.live().filter(address=f"{local}@{name.ascii}").exists():
            raise MailboxAlreadyHere(f"{local}@{name.unicode} exists already.", field="mailbox")
        return {"domain": name.ascii, "domain_unicode": name.unicode, "mailbox": local}

    def steps(self, service: Service) -> list[Step]:
        return [
            Step(key="place", label=gettext_noop("Finding room on a mail server")),
            Step(key="mailbox", label=gettext_noop("Creating your mailbox")),
        ]

    def activate(self, service: Service, *, actor: Actor) -> None:
        _carry_on(service)
        name = service.configuration["domain"]
        account = account_of_domain(name, customer_id=service.customer_id)
        if account is not None:
            mail_domain = account.mail_domains.filter(name=name).first()
            if mail_domain is not None:
                mailbox_ensure(service=service, mail_domain=mail_domain)
            return  # else its account is under way and takes the mailbox along
        if not _hosting_on_order(service):
            account_create(actor=actor, service=service)

    def read_back(self, service: Service, *, actor: Actor) -> None:
        for account in service.hosting_accounts.live():
            read_back_start(account, actor=actor)

    def renew(self, service: Service, *, term: RenewalTerm, actor: Actor) -> None:
        """Do nothing: a panel knows no terms."""

    def suspend(self, service: Service, *, actor: Actor) -> None:
        for mailbox in service.mailboxes.live():
            mailbox_switch(actor=actor, mailbox=mailbox, suspended=True)

    def resume(self, service: Service, *, actor: Actor) -> None:
        for mailbox in service.mailboxes.live():
            mailbox_switch(actor=actor, mailbox=mailbox, suspended=False)

    def change(self, service: Service, *, plan: Plan, actor: Actor) -> None:
        for mailbox in service.mailboxes.live():
            mailbox_take_quota(
                actor=actor, mailbox=mailbox, quota_mb=plan.parameters.get("mailbox_mb")
            )

    def terminate(self, service: Service, *, actor: Actor) -> None:
        """Delete the mailbox; a mail-only account goes when nothing else lives in it."""
        own = list(service.mailboxes.live())
        for mailbox in own:
            mailbox_delete(actor=PLATFORM, mailbox=mailbox, reason="The service ended.")
        for account in service.hosting_accounts.live():
            others = Mailbox.objects.live().filter(mail_domain__account=account)
            if not others.exclude(pk__in=[mailbox.pk for mailbox in own]).exists():
                account_delete(actor=actor, account=account)

    def holds_nothing(self, service: Service) -> bool:
        accounts, boxes = service.hosting_accounts.live(), service.mailboxes.live()
        return not (accounts.exists() or boxes.exists())

    def portal_path(self, service: Service) -> str:
        mailbox = mailbox_of_service(service.pk)
        return reverse("hosting:mailbox", args=[mailbox.pk]) if mailbox is not None else ""


def _check_package(plan: Plan) -> None:
    if not plan.parameters.get("package"):
        raise PlanHasNoPackage(f"The plan {plan.name} names no package of the panel.")


def _check_free(name: DomainName) -> None:
    if HostingAccount.objects.live().filter(domain=name.ascii).exists():
        raise DomainHostedAlready(f"{name.unicode} has a hosting account already.", field="domain")


def _carry_on(service: Service) -> None:
    """Have what waits for a person about the service's accounts and mailboxes tried again."""
    accounts = list(service.hosting_accounts.live().values_list("pk", flat=True))
    boxes = Mailbox.objects.live().filter(
        Q(service=service) | Q(service=None, mail_domain__account__in=accounts)
    )
    operations_retry_waiting(
        actor=PLATFORM,
        subject_ids=[*accounts, *boxes.values_list("pk", flat=True)],
        reason="Its service is set up once more.",
    )


def _mailbox_again(service: Service, account: HostingAccount) -> None:
    mail_domain = MailDomain.objects.filter(account=account, name=account.domain).first()
    if mail_domain is not None and service.configuration.get("mailbox"):
        mailbox_ensure(service=service, mail_domain=mail_domain)


def _hosting_on_order(service: Service) -> bool:
    rows = Service.objects.of_customer(service.customer_id).filter(
        type="hosting",
        status=ServiceStatus.PENDING,
        configuration__domain=service.configuration["domain"],
    )
    return rows.filter(setup_started_at__isnull=False).exists()
