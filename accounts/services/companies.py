"""A company's first minute: its row, its roles, its owner, and the link that lets the owner in."""

from dataclasses import dataclass

from django.db import transaction

from accounts.choices import AccessLinkPurpose
from accounts.events import CompanyCreated
from accounts.models import Membership
from accounts.selectors.mails import access_link_address
from accounts.services.passwords import access_link_create
from accounts.services.roles import tenant_roles_seed
from accounts.services.users import user_create
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.errors import DuplicateResource
from ispplatform.core.events import publish
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCompany:
    """A company that was just made; ``set_up_link`` is the owner's way in, for 24 hours, once."""

    tenant: Tenant
    owner: Membership
    set_up_link: str


def company_create(*, actor: Actor, tenant: Tenant, owner_email: str) -> NewCompany:
    """Save a new tenant with its seeded roles and its owner.

    The first tenant of an installation becomes the default one. No web page calls this: a first
    owner is made on the server only.

    Args:
        tenant: the row, filled in and not saved.

    Raises:
        DuplicateResource: there is a company with this short name.
    """
    if Tenant.objects.filter(slug=tenant.slug).exists():
        raise DuplicateResource(f"There is a company {tenant.slug} already.", field="slug")
    with transaction.atomic():
        tenant.is_default = not Tenant.objects.exists()
        tenant.save()
        with tenant_context(tenant.pk):
            tenant_roles_seed(tenant)
            subject = subject_of(tenant)
            audit(
                "accounts.company_create",
                actor=actor,
                subject=subject,
                after={"name": tenant.name, "mode": tenant.mode, "owner": owner_email},
            )
            publish(CompanyCreated(tenant_id=tenant.pk, mode=tenant.mode), subject=subject)
            owner = user_create(
                actor=actor, tenant=tenant, email=owner_email, is_owner=True, mails_link=False
            )
            link = access_link_create(
                actor=actor,
                tenant=tenant,
                purpose=AccessLinkPurpose.SET_UP,
                email=owner.user.email,
                user=owner.user,
            )
    return NewCompany(tenant=tenant, owner=owner, set_up_link=access_link_address(link))
