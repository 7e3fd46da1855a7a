"""What each tenant chooses about unpaid invoices. Days count from the due day or the expiry (E)."""

from collections.abc import Sequence

from billing.rules.dunning import DunningTerms
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.tenant_settings import TenantSetting, between

_FURTHEST_DAY = 120
_WEEK = range(1, 8)


def _check_days(value: Sequence[int]) -> str:
    if len(set(value)) != len(value) or len(value) > 12:
        return "Name each day once, at most twelve."
    fine = all(-_FURTHEST_DAY <= day <= _FURTHEST_DAY for day in value)
    return "" if fine else f"Use days from -{_FURTHEST_DAY} to {_FURTHEST_DAY}."


def _check_weekdays(value: Sequence[int]) -> str:
    if not set(value) <= set(_WEEK):
        return "Use 1 (Monday) to 7 (Sunday)."
    return "One weekday must be left." if set(value) == set(_WEEK) else ""


IS_ON = TenantSetting(
    key="billing.dunning_is_on",
    default=True,
    label="Unpaid invoices are charged, reminded of and suspended for by themselves",
)
HOUR = TenantSetting(
    key="billing.dunning_hour",
    default=9,
    label="Hour at which the charges and reminders of a day begin",
    check=between(0, 23),
)
CHARGE_DAYS = TenantSetting[list[int]](
    key="billing.dunning_charge_days",
    default=[0, 2, 4, 6],
    label="Days after the due day on which the card is charged",
    check=_check_days,
)
REMINDER_DAYS = TenantSetting[list[int]](
    key="billing.dunning_reminder_days",
    default=[1, 3],
    label="Days after the due day on which a reminder is sent",
    check=_check_days,
)
LAST_NOTICE_DAY = TenantSetting(
    key="billing.dunning_last_notice_day",
    default=6,
    label="Days after the due day until the last notice",
    check=between(0, _FURTHEST_DAY),
)
SUSPEND_DAY = TenantSetting(
    key="billing.dunning_suspend_day",
    default=7,
    label="Days after the due day until services are suspended",
    check=between(0, _FURTHEST_DAY),
)
SUSPEND_FROM_HOUR = TenantSetting(
    key="billing.dunning_suspend_from_hour",
    default=9,
    label="Hour from which services are suspended",
    check=between(0, 22),
)
SUSPEND_UNTIL_HOUR = TenantSetting(
    key="billing.dunning_suspend_until_hour",
    default=15,
    label="Hour from which on no service is suspended any more",
    check=between(1, 23),
)
SUSPEND_NEVER_ON = TenantSetting[list[int]](
    key="billing.dunning_suspend_never_on",
    default=[5, 6, 7],
    label="Weekdays on which no service is suspended (1 is Monday, 7 is Sunday)",
    check=_check_weekdays,
)
HOLIDAY_REGION = TenantSetting(
    key="billing.dunning_holiday_region",
    default="",
    label="Part of the country whose holidays count too, for example BY",
    check=lambda value: "" if len(value) <= 3 else "Use the code of ISO 3166-2, for example BY.",
)
NOTICE_HOURS = TenantSetting(
    key="billing.dunning_notice_hours",
    default=24,
    label="Hours between the last notice, once the mail server took it, and a suspension",
    check=between(1, 720),
)
TERMINATE_DAY = TenantSetting(
    key="billing.dunning_terminate_day",
    default=0,
    label="Days after the due day until suspended services end; 0: never",
    check=between(0, 365),
)
PROMISE_DAYS = TenantSetting(
    key="billing.dunning_promise_days",
    default=60,
    label="Days for which a suspension can be put off for a customer",
    check=between(1, 365),
)
PLAN_SUSPENSIONS = TenantSetting(
    key="billing.dunning_plan_suspensions",
    default=10,
    label="Suspensions of one day above which a person confirms the list",
    check=between(0, 100_000),
)
PLAN_PERCENT = TenantSetting(
    key="billing.dunning_plan_percent",
    default=2,
    label="Percentage of the active services above which a person confirms the list",
    check=between(0, 100),
)
PLAN_PERCENT_FROM = TenantSetting(
    key="billing.dunning_plan_percent_from",
    default=3,
    label="Suspensions from which on the percentage counts",
    check=between(1, 100_000),
)
OUTAGE_PERCENT = TenantSetting(
    key="billing.dunning_outage_percent",
    default=20,
    label="Percentage of a day's charges that fail alike before dunning stands still",
    check=between(1, 100),
)
OUTAGE_CHARGES = TenantSetting(
    key="billing.dunning_outage_charges",
    default=10,
    label="Charges that have to fail alike before dunning stands still",
    check=between(1, 100_000),
)
DOMAIN_CHARGE_DAYS = TenantSetting[list[int]](
    key="billing.dunning_domain_charge_days",
    default=[-14, -12, -10, -8],
    label="Days around a domain's expiry on which the card is charged; -14 is two weeks before",
    check=_check_days,
)
DOMAIN_NOTICE_DAYS = TenantSetting[list[int]](
    key="billing.dunning_domain_notice_days",
    default=[-7, 3],
    label="Days around a domain's expiry on which its holder is warned",
    check=_check_days,
)
DOMAIN_DECIDE_DAY = TenantSetting(
    key="billing.dunning_domain_decide_day",
    default=-3,
    label="Days around a domain's expiry on which a person decides about an unpaid renewal",
    check=between(-60, 30),
)


def terms_of(tenant: Tenant) -> DunningTerms:
    """Return a tenant's numbers for the calendar of unpaid invoices."""
    return DunningTerms(
        hour=HOUR.of(tenant),
        charge_days=tuple(CHARGE_DAYS.of(tenant)),
        reminder_days=tuple(REMINDER_DAYS.of(tenant)),
        last_notice_day=LAST_NOTICE_DAY.of(tenant),
        suspend_day=SUSPEND_DAY.of(tenant),
        suspend_from_hour=SUSPEND_FROM_HOUR.of(tenant),
        suspend_until_hour=SUSPEND_UNTIL_HOUR.of(tenant),
        never_on=tuple(SUSPEND_NEVER_ON.of(tenant)),
        notice_hours=NOTICE_HOURS.of(tenant),
        terminate_day=TERMINATE_DAY.of(tenant) or None,
        domain_charge_days=tuple(DOMAIN_CHARGE_DAYS.of(tenant)),
        domain_notice_days=tuple(DOMAIN_NOTICE_DAYS.of(tenant)),
        domain_decide_day=DOMAIN_DECIDE_DAY.of(tenant),
    )
