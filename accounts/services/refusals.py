"""Refused credentials, in the trail of the company at whose door they were shown."""

from django.db import transaction

from accounts.selectors.entry_cache import once_per
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.middleware.addresses import address_group
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context

EVERY_SECONDS = 60


def credential_refused_note(*, tenant: Tenant | None, code: str, address: str, path: str) -> None:
    """Write down that a token or key was refused; each reason once a minute and address.

    Whoever shows a bad credential without end writes one entry a minute with it.

    Args:
        tenant: whose host was asked, never what the credential says of itself; without one there
            is no trail to write to, and the access log has the line.
        code: of the refusal.
    """
    if tenant is None or not once_per(
        "refused", f"{tenant.pk}:{address_group(address)}:{code}", seconds=EVERY_SECONDS
    ):
        return
    with tenant_context(tenant.pk), transaction.atomic():
        audit(
            "accounts.credential_refused",
            actor=Actor.anonymous(),
            subject=subject_of(tenant),
            reason=code,
            after={"ip_address": address, "path": path[:200]},
        )
