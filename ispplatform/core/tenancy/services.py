"""What a company's own staff may change about their company: its settings and its profile."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.errors import InvalidInput, NotFound
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import forget_tenant_on_commit
from ispplatform.core.tenant_settings import declared_settings

MANAGE = "company:update"


def tenant_settings_change(
    *, actor: Actor, tenant_id: UUID, values: Mapping[str, Any], reason: str = ""
) -> Tenant:
    """Keep choices of a tenant; those that are not given stay, a default is not stored.

    Args:
        values: by the key of a declared setting.

    Raises:
        NotPermitted, NotFound.
        InvalidInput: a key nobody declared, or a value that its check refuses; ``field`` names it.
    """
    actor.require(MANAGE)
    declared = {setting.key: setting for setting in declared_settings()}
    for key, value in values.items():
        if key not in declared:
            raise InvalidInput(f"There is no setting {key}.", field=key)
        if sentence := declared[key].check(value):
            raise InvalidInput(sentence, field=key)
    with transaction.atomic():
        tenant = Tenant.objects.select_for_update().filter(pk=tenant_id).first()
        if tenant is None:
            raise NotFound("There is no such company.")
        changed = {key: value for key, value in values.items() if declared[key].of(tenant) != value}
        if not changed:
            return tenant
        before = {key: declared[key].of(tenant) for key in changed}
        kept = {**tenant.settings, **changed}
        tenant.settings = {
            key: value
            for key, value in kept.items()
            if key not in declared or value != declared[key].default
        }
        tenant.save(update_fields=["settings"])
        forget_tenant_on_commit(tenant)
        audit(
            "core.tenant_settings_change",
            actor=actor,
            subject=subject_of(tenant),
            reason=reason,
            before=before,
            after=changed,
        )
    return tenant
