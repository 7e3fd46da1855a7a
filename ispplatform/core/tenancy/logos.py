"""The logo of a company: uploaded by its staff, kept for good, shown by its digest."""

import hashlib
from uuid import UUID

from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.errors import NotFound
from ispplatform.core.models.brand import BrandLogo
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.pages.brand import LOGO, logo_address
from ispplatform.core.pages.pictures import picture_made_anew
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import forget_tenant_on_commit
from ispplatform.core.tenancy.services import MANAGE


def tenant_logo_change(*, actor: Actor, tenant_id: UUID, content: bytes) -> Tenant:
    """Show this picture as the company's logo from now on.

    Documents that were issued keep the logo that they were issued with.

    Args:
        content: a PNG or JPEG file as it was uploaded.

    Raises:
        NotPermitted, NotFound.
        InvalidInput: it cannot be used, and nothing was changed; the sentence says why.
    """
    actor.require(MANAGE)
    picture = picture_made_anew(content)
    digest = hashlib.sha256(picture.png).hexdigest()
    with transaction.atomic():
        tenant = _locked(tenant_id)
        BrandLogo.objects.get_or_create(
            sha256=digest,
            defaults={"png": picture.png, "width": picture.width, "height": picture.height},
        )
        _show(actor, tenant, logo_address(digest))
    return tenant


def tenant_logo_remove(*, actor: Actor, tenant_id: UUID) -> Tenant:
    """Show the company's name again where its logo stood.

    Raises:
        NotPermitted, NotFound.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        tenant = _locked(tenant_id)
        _show(actor, tenant, "")
    return tenant


def logo_png(digest: str) -> bytes:
    """Return a logo of the company in force, as PNG.

    Raises:
        NotFound: it never had this one.
    """
    kept = BrandLogo.objects.filter(sha256=digest).values_list("png", flat=True).first()
    if kept is None:
        raise NotFound("There is no such logo.")
    return bytes(kept)


def _locked(tenant_id: UUID) -> Tenant:
    tenant = Tenant.objects.select_for_update().filter(pk=tenant_id).first()
    if tenant is None:
        raise NotFound("There is no such company.")
    return tenant


def _show(actor: Actor, tenant: Tenant, address: str) -> None:
    before = LOGO.of(tenant)
    if before == address:
        return
    tenant.settings = {key: value for key, value in tenant.settings.items() if key != LOGO.key}
    if address:
        tenant.settings[LOGO.key] = address
    tenant.save(update_fields=["settings"])
    forget_tenant_on_commit(tenant)
    audit(
        "core.tenant_logo_change",
        actor=actor,
        subject=subject_of(tenant),
        before={"logo": before},
        after={"logo": address},
    )
