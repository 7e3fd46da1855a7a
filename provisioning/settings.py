"""What each tenant chooses about the life of services."""

from ispplatform.core.tenant_settings import TenantSetting, between

TERMINATION_HOLD_DAYS = TenantSetting(
    key="provisioning.termination_hold_days",
    default=14,
    label="Days between the decision to end a service and its deletion on the server",
    check=between(0, 365),
)
TERMINATIONS_PER_DAY = TenantSetting(
    key="provisioning.terminations_per_day",
    default=10,
    label="Services deleted in one day before a person is asked",
    check=between(0, 10_000),
)
