"""Whether a colleague may come in without the company's identity provider."""

from django.db import transaction

from accounts.errors import SignOnRequired
from accounts.models import Membership
from accounts.selectors.identity_providers import provider_required_of
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context


def sign_on_check(membership: Membership, *, tenant: Tenant) -> None:
    """Return when this colleague may come in without an identity provider.

    Raises:
        SignOnRequired: the company has them come in by a provider; noted in the trail.
    """
    with tenant_context(tenant.pk):
        provider = provider_required_of(membership)
        if provider is None:
            return
        with transaction.atomic():
            audit(
                "accounts.log_in_refused",
                actor=Actor.anonymous(),
                subject=subject_of(membership.user),
                reason=SignOnRequired.code,
            )
    raise SignOnRequired(f"Your company logs in with {provider.name}.", provider=provider.name)
