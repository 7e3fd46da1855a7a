"""What this app does when something happened elsewhere."""

from hosting.models import HostingAccount
from hosting.services.dns import account_records_lay
from ispplatform.core.events import DeliveredEvent


def on_zone_created(event: DeliveredEvent) -> None:
    """Lay the records of accounts that were there before the zone."""
    accounts = HostingAccount.objects.live().filter(
        domain=event.payload["zone"], mail_domains__name=event.payload["zone"]
    )
    for account in accounts.select_related("server", "service"):
        account_records_lay(account=account)
