"""Those who run the installation, and come in everywhere."""

from django.db import transaction

from accounts.errors import UserUnknown
from accounts.models import User
from accounts.selectors.users import tenants_of_person
from accounts.services.sessions import person_log_ins_end
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.tenancy.lookup import default_tenant


def operator_remove(*, actor: Actor, email: str) -> User:
    """Let a person run the installation no more; every log-in of theirs ends.

    What they are in a company stays. The entry stands in the trail of each company of theirs, and
    in the default one's where they have none.

    Raises:
        UserUnknown: nobody with this address runs the installation.
    """
    address = email.strip().lower()
    with transaction.atomic():
        user = User.objects.select_for_update().filter(email=address, is_superuser=True).first()
        if user is None:
            raise UserUnknown("Nobody with this address runs the installation.")
        user.is_superuser = False
        user.save(update_fields=["is_superuser"])
        for tenant_id in tenants_of_person(user) or {default_tenant().pk}:
            with tenant_context(tenant_id):
                audit("accounts.operator_remove", actor=actor, subject=subject_of(user))
        person_log_ins_end(actor=actor, user=user, keep=None, reason="No operator any more.")
    return user
