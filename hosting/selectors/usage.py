"""What hosting services use, in the form that provisioning asks for."""

from collections.abc import Sequence
from datetime import date

from hosting.choices import LIVE_ACCOUNT_STATUSES
from hosting.models import HostingAccount, HostingUsageDay
from hosting.rules.traffic import daily_traffic
from provisioning.models import Service
from provisioning.usage import UsageDay, UsageNow


def hosting_usage_days(service: Service, start: date, end: date) -> list[UsageDay]:
    """Return the known days of ``[start, end)``; a web server's traffic counts as download."""
    rows = HostingUsageDay.objects.filter(
        account__service_id=service.pk, day__gte=start.replace(day=1), day__lt=end
    )
    readings = rows.order_by("day").values_list("day", "bandwidth_used_bytes")
    return [
        UsageDay(day=day, download_bytes=traffic, upload_bytes=0)
        for day, traffic in daily_traffic(readings).items()
        if day >= start
    ]


def hosting_usage_now(services: Sequence[Service]) -> dict[object, UsageNow]:
    """Return the present figures of services that have an account; one query."""
    accounts = HostingAccount.objects.filter(
        service_id__in=[service.pk for service in services], status__in=LIVE_ACCOUNT_STATUSES
    )
    return {
        account.service_id: UsageNow(
            traffic_month_bytes=account.bandwidth_used_bytes,
            traffic_limit_bytes=account.bandwidth_limit_bytes,
            storage_bytes=account.disk_used_bytes,
            storage_limit_bytes=account.disk_limit_bytes,
        )
        for account in accounts
    }
