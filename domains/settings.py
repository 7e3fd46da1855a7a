"""What each tenant chooses about names and zones."""

from domains.rules.records import MAX_TTL_SECONDS, MIN_TTL_SECONDS
from ispplatform.core.tenant_settings import TenantSetting, between

DEFAULT_TTL_SECONDS = TenantSetting(
    key="domains.default_ttl_seconds",
    default=3600,
    label="Seconds that others may keep a DNS record, where nothing else is said",
    check=between(MIN_TTL_SECONDS, MAX_TTL_SECONDS),
)
DELEGATION_PATIENCE_HOURS = TenantSetting(
    key="domains.delegation_patience_hours",
    default=48,
    label="Hours that a name may lead to other name servers before a person is asked",
    check=between(1, 720),
)
EXPIRING_SOON_DAYS = TenantSetting(
    key="domains.expiring_soon_days",
    default=30,
    label="Days before its expiry from which a name counts as expiring soon",
    check=between(1, 365),
)
RENEWAL_LEAD_DAYS = TenantSetting(
    key="domains.renewal_lead_days",
    default=30,
    label="Days before its expiry on which the renewal of a name is invoiced",
    check=between(7, 90),
)
