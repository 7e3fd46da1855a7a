"""What a company is called, where it lives and how it is taxed: its documents show all of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.errors import InvalidInput, NotFound
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import forget_tenant_on_commit
from ispplatform.core.tenancy.services import MANAGE

ADDRESS_PARTS = ("street", "postal_code", "city")
PROFILE_FIELDS = ("legal_name", "contact_email", "address", "tax_ids")


def tenant_profile_change(
    *,
    actor: Actor,
    tenant_id: UUID,
    legal_name: str,
    contact_email: str,
    address: Mapping[str, str],
    tax_ids: Mapping[str, str],
) -> Tenant:
    """Keep what documents and mails say of the company itself.

    Documents that were issued stay as they are. Country, currency and time zone are chosen when
    the company is made.

    Args:
        address: the parts of ``ADDRESS_PARTS``; others that are kept already stay.
        tax_ids: by ``vat`` or ``tax``; an empty one is taken off.

    Raises:
        NotPermitted, NotFound.
        InvalidInput: the e-mail address is none; ``field`` names it.
    """
    actor.require(MANAGE)
    try:
        validate_email(contact_email)
    except ValidationError as error:
        raise InvalidInput("Write an e-mail address.", field="contact_email") from error
    with transaction.atomic():
        tenant = Tenant.objects.select_for_update().filter(pk=tenant_id).first()
        if tenant is None:
            raise NotFound("There is no such company.")
        wanted: dict[str, Any] = {
            "legal_name": legal_name.strip(),
            "contact_email": contact_email,
            "address": _merged(tenant.address, address),
            "tax_ids": _merged(tenant.tax_ids, tax_ids),
        }
        changed = {name: value for name, value in wanted.items() if getattr(tenant, name) != value}
        if not changed:
            return tenant
        before = {name: getattr(tenant, name) for name in changed}
        for name, value in changed.items():
            setattr(tenant, name, value)
        tenant.save(update_fields=list(changed))
        forget_tenant_on_commit(tenant)
        audit(
            "core.tenant_profile_change",
            actor=actor,
            subject=subject_of(tenant),
            before=before,
            after=changed,
        )
    return tenant


def profile_is_whole(tenant: Tenant) -> bool:
    """Tell whether an invoice can say who sells: name, address and a tax number."""
    has_address = all(tenant.address.get(part) for part in ADDRESS_PARTS)
    return bool(tenant.legal_name and has_address and any(tenant.tax_ids.values()))


def _merged(kept: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    merged = {**kept, **{name: value.strip() for name, value in given.items()}}
    return {name: value for name, value in merged.items() if value}
