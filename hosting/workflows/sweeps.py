"""Reading usage once a day, and forgetting passwords that never arrived."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from hosting.choices import AccountStatus
from hosting.models import HostingAccount
from hosting.services.accounts import PLATFORM, read_back_start
from hosting.services.passwords import tickets_sweep
from ispplatform.core.borders import Stake, each, room_for
from ispplatform.core.clock import system_now
from ispplatform.core.subjects import subject_of

READ_AFTER = timedelta(hours=24)
BATCH = 50
NOT_READ = "hosting.account_not_read"


def passwords_sweep_run() -> int:
    """Delete passwords of the tenant in force that are older than an hour; return how many."""
    return tickets_sweep()


def usage_sweep_run() -> int:
    """Start reading the accounts whose numbers are a day old; return how many.

    At most fifty a round, so that one server is not asked for everything at once.
    """
    old = Q(usage_read_at=None) | Q(usage_read_at__lt=system_now() - READ_AFTER)
    rows = HostingAccount.objects.filter(
        old, status__in=[AccountStatus.ACTIVE, AccountStatus.SUSPENDED]
    ).select_related("server__connection")
    accounts = list(rows.order_by("usage_read_at", "id")[: room_for(BATCH, kind=NOT_READ)])
    return each(accounts, _read, kind=NOT_READ, stake=_stake, is_all=False)


def _read(account: HostingAccount) -> None:
    with transaction.atomic():
        account.usage_read_at = system_now()  # not twice while the reading is on its way
        account.save(update_fields=["usage_read_at"])
        read_back_start(account, actor=PLATFORM)


def _stake(account: HostingAccount) -> Stake:
    return Stake(subject=subject_of(account), customer_id=account.customer_id)
