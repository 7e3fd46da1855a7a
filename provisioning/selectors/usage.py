"""Usage of services, summed by day, week or month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from provisioning.models import Service
from provisioning.usage import UsageDay, usage_sources

PERIODS = ("daily", "weekly", "monthly")


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageReport:
    """What a service used in a time.

    Args:
        days: one entry a period, named by its first day.
        peak_bytes: the largest of them.
    """

    period: str
    days: Sequence[UsageDay]
    download_bytes: int
    upload_bytes: int
    peak_bytes: int
    average_daily_bytes: int


def service_usage(service: Service, *, period: str, start: date, end: date) -> UsageReport:
    """Return what the service used on the days ``[start, end)``; nothing where nothing is known.

    Args:
        period: one of ``PERIODS``.
    """
    source = usage_sources.get(service.type)
    days = list(source.days(service, start, end)) if source is not None else []
    grouped = _grouped(days, period)
    download = sum(day.download_bytes for day in days)
    upload = sum(day.upload_bytes for day in days)
    return UsageReport(
        period=period,
        days=grouped,
        download_bytes=download,
        upload_bytes=upload,
        peak_bytes=max((day.download_bytes + day.upload_bytes for day in grouped), default=0),
        average_daily_bytes=(download + upload) // max((end - start).days, 1),
    )


def _grouped(days: Sequence[UsageDay], period: str) -> list[UsageDay]:
    sums: dict[date, list[int]] = {}
    for day in days:
        total = sums.setdefault(_first_day(day.day, period), [0, 0])
        total[0] += day.download_bytes
        total[1] += day.upload_bytes
    return [
        UsageDay(day=first, download_bytes=download, upload_bytes=upload)
        for first, (download, upload) in sorted(sums.items())
    ]


def _first_day(day: date, period: str) -> date:
    if period == "monthly":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if period == "weekly" else day
