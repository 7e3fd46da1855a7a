"""Looking after integrations: keys that end soon, people who left."""

from accounts.services.api_keys import keys_expiring_tell
from accounts.services.integrations import integrations_check
from ispplatform.core.models import Tenant


def machines_watch(tenant: Tenant) -> int:
    """Do both for the tenant in force; return how many keys were told of."""
    integrations_check()
    return keys_expiring_tell()
