"""Pointing zones that we serve at the servers of those who are hosted there."""

from domains.rules.record_sets import ZoneRecord
from domains.selectors.zones import live_zone
from domains.services.records import zone_template_apply
from hosting.choices import AccountStatus
from hosting.models import HostingAccount
from hosting.rules.dns_records import mail_records, web_records
from hosting.selectors.accounts import addresses_of
from ispplatform.core.actors import Actor

SOURCE = "hosting"


def records_wanted(account: HostingAccount) -> list[ZoneRecord]:
    """Return the records that the account's domain needs, wherever its zone is served."""
    addresses = addresses_of(account.server)
    web = account.service.type == "hosting"
    return [
        *(web_records(account.domain, addresses) if web else []),
        *mail_records(account.domain, addresses),
    ]


def account_records_lay(*, account: HostingAccount) -> bool:
    """Lay the account's records into its zone, or take them away when it is deleted.

    Returns:
        Whether we serve a zone of that name for this customer; without one nothing is done.
    """
    zone = live_zone(account.domain)
    if zone is None or zone.customer_id != account.customer_id:
        return False
    is_gone = account.status in {AccountStatus.TERMINATED, AccountStatus.FAILED}
    zone_template_apply(
        actor=Actor.system("hosting"),
        zone=zone,
        source=SOURCE,
        template=[] if is_gone else records_wanted(account),
    )
    return True
