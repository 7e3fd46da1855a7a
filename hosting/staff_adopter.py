"""Taking over accounts that a panel server has already."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from catalog.choices import DomainOffer
from catalog.models import Plan
from customers.models import Customer
from domains.rules.names import unicode_name
from hosting.choices import AccountStatus
from hosting.errors import AccountNotAdoptable
from hosting.models import HostingAccount, HostingServer, MailDomain
from hosting.providers.panels.base import PanelAccount
from hosting.selectors.accounts import server_by_id
from hosting.services.accounts import read_back_start
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.providers import provider_for
from ispplatform.core.subjects import subject_of
from provisioning.adopters import Found
from provisioning.models import Service


class HostingAdopter:
    """Takes over an account by its user name; it keeps its package, its data, its passwords."""

    type = "hosting"

    def places(self, plan: Plan) -> list[tuple[str, str]]:
        preferred = str(plan.parameters.get("server") or "")
        rows = HostingServer.objects.filter(connection__is_active=True).order_by("name")
        rows = rows.filter(name=preferred) if preferred else rows
        return [(str(row.pk), row.name) for row in rows]

    def look(self, *, customer: Customer, plan: Plan, name: str, place: str) -> Found:
        server = server_by_id(UUID(place))
        username = name.strip().lower()
        seen: PanelAccount | None = provider_for(server.connection).find_account(username)
        if seen is None:
            raise AccountNotAdoptable(f"{server.name} has no account {username}.", field="name")
        _require_nobodys(server, seen)
        if seen.is_suspended:
            raise AccountNotAdoptable(
                f"{username} is switched off at the server. Switch it on there first.",
                field="name",
            )
        domain = unicode_name(seen.domain)
        return Found(
            label=domain,
            configuration={
                "domain": seen.domain,
                "domain_unicode": domain,
                "domain_mode": DomainOffer.OWN.value,
                "mailbox": "",
            },
            facts=(
                (_("Server"), server.name),
                (_("User name"), seen.username),
                (_("Domain"), domain),
                (_("Package"), seen.package),
            ),
            paid_until=None,
            seen=(server, seen),
        )

    def take(self, service: Service, *, found: Found, actor: Actor) -> None:
        server, seen = found.seen
        _require_nobodys(server, seen)
        parameters = service.plan.parameters
        try:
            with transaction.atomic():
                account = HostingAccount.objects.create(
                    customer=service.customer,
                    service=service,
                    server=server,
                    username=seen.username,
                    domain=seen.domain,
                    unicode_domain=found.label,
                    package=seen.package,
                    status=AccountStatus.ACTIVE,
                    reference=seen.reference[:100],
                    owner_mark=str(service.pk),
                    max_mailboxes=parameters.get("mailboxes"),
                    mailbox_quota_mb=parameters.get("mailbox_mb"),
                    disk_limit_bytes=seen.disk_limit_bytes,
                    read_at=system_now(),
                )
        except IntegrityError:
            raise AccountNotAdoptable(f"{seen.username} is somebody's here already.") from None
        MailDomain.objects.create(
            account=account,
            customer=account.customer,
            name=account.domain,
            unicode_name=account.unicode_domain,
        )
        audit(
            "hosting.account_adopt",
            actor=actor,
            subject=subject_of(account),
            after={"server": server.name, "username": account.username, "package": account.package},
            customer_id=account.customer_id,
        )
        read_back_start(account, actor=actor)


def _require_nobodys(server: HostingServer, seen: PanelAccount) -> None:
    """Refuse what a row of ours has, or what carries the mark of a platform that made it."""
    same_name = HostingAccount.objects.filter(server=server, username=seen.username)
    same_domain = HostingAccount.objects.live().filter(domain=seen.domain)
    if seen.owner_mark or same_name.exists() or same_domain.exists():
        raise AccountNotAdoptable(f"{seen.username} is somebody's here already.", field="name")
