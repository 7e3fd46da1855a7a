"""What makes a person unknown: their data goes, and what they did stays under a name that is none.

Invoices, payments and orders are not touched: they are the customer's, with snapshots of their own.
"""

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q

from accounts.choices import MembershipStatus, PortalAccountStatus
from accounts.models import (
    AccessLink,
    AuthorizationCode,
    Avatar,
    EmailCode,
    FactorReset,
    IdentityLink,
    LoginFailure,
    LoginGuard,
    Membership,
    PasskeyChallenge,
    PasswordHistory,
    PortalAccount,
    SecondFactorDevice,
    Session,
    StaffInvitation,
    TemporaryToken,
    User,
)
from accounts.models.users import default_preferences
from accounts.selectors.closing import entries_of_person
from accounts.selectors.users import tenants_of_person
from accounts.services.access_ends import ways_in_end, work_hand_over
from accounts.services.integrations import integrations_of_person_check
from accounts.services.lockouts import account_digest
from accounts.services.sessions import person_log_ins_end
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.audit.erasing import audit_erase
from ispplatform.core.clock import system_now
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context

REASON = "A person deleted their log-in."
NOBODY = "erased"


def erased_address(user_id: UUID) -> str:
    """Return the address that stands in place of a person's; no mail arrives there (RFC 2606)."""
    return f"erased-{user_id.hex}@erased.invalid"


def person_erase(*, actor: Actor, user: User) -> None:
    """Take all personal data of a log-in away, in every company; who may is decided before.

    Where the person works or worked, what they did as a colleague keeps its words: it is the
    company's record. Where they are a customer only, the words of their entries go.

    Args:
        user: locked, in the caller's transaction.
    """
    with transaction.atomic():
        person_log_ins_end(actor=actor, user=user, keep=None, reason="The log-in was deleted.")
        tenants = sorted(tenants_of_person(user))
        for tenant_id in tenants:
            with tenant_context(tenant_id):
                _company_forget(actor, user)
        _row_forget(user)
        for tenant_id in tenants:
            with tenant_context(tenant_id):
                nameless = Actor(type=actor.type, id=actor.id, label=NOBODY)
                audit("accounts.person_erase", actor=nameless, subject=subject_of(user))


def _company_forget(actor: Actor, user: User) -> None:
    membership = Membership.objects.filter(user=user).first()
    if membership is not None and membership.status != MembershipStatus.ENDED:
        ways_in_end(actor=actor, row=membership)
        work_hand_over(actor, user.pk, None)
        integrations_of_person_check(user.pk)
    IdentityLink.objects.filter(membership__user=user).delete()
    accounts = list(PortalAccount.objects.filter(user=user))
    if membership is None:
        audit_erase(
            actor=Actor.system(NOBODY), entries=entries_of_person(user, accounts), reason=REASON
        )
    for account in accounts:
        account.status, account.grants = PortalAccountStatus.DISABLED, []
        account.language = account.time_zone = ""
        account.save(update_fields=["status", "grants", "language", "time_zone"])
    named = Q(user=user) | Q(email=user.email)
    EmailCode.objects.filter(named).delete()
    AccessLink.objects.filter(named).delete()
    StaffInvitation.objects.filter(Q(membership__user=user) | Q(email=user.email)).delete()
    StaffInvitation.objects.filter(actor_label=user.email).update(actor_label=NOBODY)
    FactorReset.objects.filter(user=user).delete()
    LoginGuard.objects.filter(user=user).delete()
    PasskeyChallenge.objects.filter(user=user).delete()
    FactorReset.objects.filter(asked_by=user.email).update(asked_by=NOBODY)
    LoginGuard.objects.filter(lifted_by=user.email).update(lifted_by=NOBODY)
    mine = Session.objects.filter(user=user)
    TemporaryToken.objects.filter(session__in=mine).delete()
    AuthorizationCode.objects.filter(membership__user=user).delete()
    AuthorizationCode.objects.filter(portal_account__user=user).delete()
    mine.update(user_agent="", ip_address=None, device_digest="", refresh_used_digest="")


def _row_forget(user: User) -> None:
    """Empty the person's own row, and what stands outside the companies."""
    Avatar.objects.filter(user=user).delete()
    PasswordHistory.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    SecondFactorDevice.objects.filter(user=user).delete()
    LoginFailure.objects.filter(pk=account_digest(str(user.pk))).delete()
    user.email = erased_address(user.pk)
    user.username = user.first_name = user.last_name = user.phone = ""
    user.preferences = default_preferences()
    user.email_verified_at = user.password_changed_at = user.erase_at = None
    user.must_change_password = user.is_active = False
    user.closed_at = user.closed_at or system_now()
    user.erased_at = system_now()
    user.set_unusable_password()
    user.save()
