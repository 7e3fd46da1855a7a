"""Colleagues: made, changed, suspended; and what people may change about themselves."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.choices import AccessLinkPurpose, EmailCodePurpose, MembershipStatus
from accounts.errors import AccessOver, AccountExists, EmailProved, SharedUser
from accounts.events import UserCreated
from accounts.models import (
    EmailCode,
    Membership,
    MembershipRole,
    PortalAccount,
    Role,
    Session,
    User,
)
from accounts.selectors.principals import role_permissions
from accounts.selectors.users import tenants_of_person
from accounts.services.email_codes import email_code_send
from accounts.services.fresh_proofs import password_prove
from accounts.services.grants import grants_check
from accounts.services.integrations import integrations_of_person_check
from accounts.services.memberships import hold_check, membership_locked, shut_out_check
from accounts.services.passwords import access_link_create, password_set_first
from accounts.services.roles import roles_by_code
from accounts.services.sessions import sessions_end, sessions_refresh_permissions
from ispplatform.core.actors import EVERYTHING, Actor
from ispplatform.core.api.versions import check_version
from ispplatform.core.audit import audit
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import publish
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of

CREATE = "users:create"
UPDATE = "users:update"
PROFILE_FIELDS = frozenset({"username", "first_name", "last_name", "phone"})
PREFERENCES = frozenset({"theme", "language", "timezone", "notifications"})
THEMES = frozenset({"system", "light", "dark"})


def user_create(
    *,
    actor: Actor,
    tenant: Tenant,
    email: str,
    roles: Iterable[str] = (),
    password: str | None = None,
    is_owner: bool = False,
    mails_link: bool = True,
    profile: Mapping[str, Any] | None = None,
) -> Membership:
    """Make somebody a colleague in this company.

    A person who is known from another company keeps the password and the name they have.

    Args:
        password: the first one, to be changed at once; None leaves it to a link.
        mails_link: mail that link.
        is_owner: may do everything and cannot be removed while alone; only an owner makes owners.
        profile: values of ``PROFILE_FIELDS``.

    Raises:
        NotPermitted: the actor may not, or makes an owner without being everything themselves.
        RoleUnknown: a role is not one.
        GrantExceedsOwn: a role allows more than the actor may.
        AccountExists: this person works here already.
        AccessOver: they did; ``membership_return`` lets them in again.
        PasswordTooWeak: the policy refuses the password.
    """
    actor.require(CREATE)
    if is_owner:
        actor.require(EVERYTHING)
    held = roles_by_code(roles)
    for role in held:
        grants_check(actor=actor, grants=role_permissions(role), field="roles")
    address = email.strip().lower()
    with transaction.atomic():
        user = User.objects.filter(email=address).first()
        if user is None:
            user = _new_user(address, password=password, profile=profile or {})
        membership = membership_write(actor=actor, user=user, roles=held, is_owner=is_owner)
        if mails_link and not user.has_usable_password():
            access_link_create(
                actor=actor,
                tenant=tenant,
                purpose=AccessLinkPurpose.ACTIVATION,
                email=address,
                user=user,
            )
    return membership


def membership_write(
    *, actor: Actor, user: User, roles: Iterable[Role], is_owner: bool = False
) -> Membership:
    """Make a person a colleague, inside the transaction that decided it.

    Raises:
        AccountExists: this person works here already.
        AccessOver: they did; ``membership_return`` lets them in again.
    """
    not_here_check(Membership.objects.filter(user=user))
    held = list(roles)
    membership = Membership.objects.create(user=user, is_owner=is_owner)
    MembershipRole.objects.bulk_create(
        MembershipRole(membership=membership, role=role) for role in held
    )
    _tell_created(actor=actor, membership=membership, codes=[role.code for role in held])
    return membership


def not_here_check(memberships: QuerySet[Membership]) -> None:
    """Return when a person has no membership, present or past.

    Raises:
        AccountExists, AccessOver: see ``membership_write``.
    """
    present = memberships.first()
    if present is not None and present.status == MembershipStatus.ENDED:
        raise AccessOver("This person worked here before.", field="email")
    if present is not None:
        raise AccountExists("This person works here already.", field="email")


def profile_update(
    *,
    actor: Actor,
    user: User,
    changes: Mapping[str, Any],
    expected: int | frozenset[int] | None = None,
) -> User:
    """Change names, telephone and preferences of a person.

    Args:
        changes: values of ``PROFILE_FIELDS``, and ``preferences`` (merged into the present ones).
        expected: the version that the caller has seen; None means any.

    Raises:
        StaleObject: the person changed since.
        InvalidInput: a name that may not be changed here, or a preference that is not one.
    """
    unknown = sorted(set(changes) - PROFILE_FIELDS - {"preferences"})
    if unknown:
        raise InvalidInput(f"{unknown[0]} cannot be changed here.", field=unknown[0])
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        check_version(row, expected)
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            if name == "preferences":
                value = _merged_preferences(row.preferences, value)
            setattr(row, name, value)
        row.save(update_fields=list(changes))
        if actor.is_customer:
            _visitor_take(actor, changes.get("preferences") or {})
        audit(
            "accounts.profile_update",
            actor=actor,
            subject=subject_of(row),
            before=before,
            after={name: getattr(row, name) for name in changes},
            customer_id=actor.customer_id,
        )
        sessions_refresh_permissions(sessions=Session.objects.filter(user=row))
    return row


def user_update(
    *,
    actor: Actor,
    membership: Membership,
    changes: Mapping[str, Any],
    expected: int | frozenset[int] | None = None,
) -> Membership:
    """Change a colleague's profile as staff.

    Raises:
        NotPermitted: the actor may not.
        StaleObject: the person changed since the caller read it.
        SharedUser: the person also belongs to another company.
        InvalidInput: a name that may not be changed here.
    """
    actor.require(UPDATE)
    user_shared_check(membership.user)
    membership.user = profile_update(
        actor=actor, user=membership.user, changes=changes, expected=expected
    )
    return membership


def email_change_start(
    *, actor: Actor, tenant: Tenant, user: User, email: str, password: str
) -> EmailCode:
    """Mail a code to a new address; the address changes when the code comes back.

    An address that is somebody else's gets the same answer and no mail.

    Raises:
        PasswordWrong: the password was not given correctly; it counts as a failed log-in.
        AccountLocked: too many of those.
    """
    password_prove(actor=actor, tenant=tenant, user=user, password=password, field="password")
    address = email.strip().lower()
    is_taken = User.objects.filter(email=address).exclude(pk=user.pk).exists()
    return email_code_send(
        actor=actor,
        tenant=tenant,
        purpose=EmailCodePurpose.EMAIL_CHANGE,
        email=address,
        user=None if is_taken else user,
    )


def email_proof_start(*, actor: Actor, tenant: Tenant, user: User) -> EmailCode:
    """Mail a code to the address that a person has, so that they prove it.

    Raises:
        EmailProved: it is proved.
    """
    if user.email_verified_at is not None:
        raise EmailProved("This address is confirmed already.")
    return email_code_send(
        actor=actor,
        tenant=tenant,
        purpose=EmailCodePurpose.EMAIL_CHANGE,
        email=user.email,
        user=user,
    )


def membership_set_status(
    *, actor: Actor, membership: Membership, status: MembershipStatus, reason: str = ""
) -> Membership:
    """Suspend a colleague or let them in again; suspending ends their log-ins within a second.

    Whose access has ended comes back by ``membership_return`` only.

    Raises:
        NotPermitted: the actor may not.
        AccessOver: the colleague's access has ended.
        OwnAccess, GrantExceedsOwn, LastOwner: see ``shut_out_check``.
    """
    actor.require(UPDATE)
    if status == MembershipStatus.ENDED:
        raise InvalidInput("Say active or suspended.", field="status")
    with transaction.atomic():
        row = membership_locked(actor=actor, membership=membership)
        if row.status == status:
            return row
        if row.status == MembershipStatus.ENDED:
            raise AccessOver("This colleague's access has ended.")
        may = hold_check if status == MembershipStatus.ACTIVE else shut_out_check
        may(actor=actor, row=row)
        before, row.status = row.status, status
        row.save(update_fields=["status"])
        audit(
            "accounts.membership_set_status",
            actor=actor,
            subject=subject_of(row.user),
            reason=reason,
            before={"status": before},
            after={"status": status},
        )
        integrations_of_person_check(row.user_id)
        if status != MembershipStatus.ACTIVE:
            mine = Session.objects.filter(membership=row)
            sessions_end(actor=actor, sessions=mine, reason="The account was suspended.")
    return row


def user_send_password_link(*, actor: Actor, tenant: Tenant, membership: Membership) -> None:
    """Mail a colleague a link that sets a new password.

    Raises:
        NotPermitted: the actor may not.
        SharedUser: the person also belongs to another company: they ask for it themselves.
    """
    actor.require(UPDATE)
    user_shared_check(membership.user)
    with transaction.atomic():
        access_link_create(
            actor=actor,
            tenant=tenant,
            purpose=AccessLinkPurpose.RESET,
            email=membership.user.email,
            user=membership.user,
        )


def user_shared_check(user: User) -> None:
    """Return when this person belongs to the tenant at hand alone.

    Raises:
        SharedUser: they have a membership or portal account elsewhere.
    """
    if len(tenants_of_person(user)) > 1:
        raise SharedUser("This person also belongs to another company: only they may do this.")


def _tell_created(*, actor: Actor, membership: Membership, codes: list[str]) -> None:
    email, subject = membership.user.email, subject_of(membership.user)
    audit(
        "accounts.user_create",
        actor=actor,
        subject=subject,
        after={"email": email, "roles": codes, "is_owner": membership.is_owner},
    )
    event = UserCreated(
        user_id=membership.user_id, membership_id=membership.pk, email=email, roles=codes
    )
    publish(event, subject=subject)


def _new_user(address: str, *, password: str | None, profile: Mapping[str, Any]) -> User:
    unknown = sorted(set(profile) - PROFILE_FIELDS)
    if unknown:
        raise InvalidInput(f"{unknown[0]} cannot be set here.", field=unknown[0])
    user = User(email=address, **profile)
    if password is None:
        user.set_unusable_password()
    else:
        password_set_first(user=user, password=password)
        user.must_change_password = True
    user.save()
    return user


def _visitor_take(actor: Actor, preferences: Mapping[str, Any]) -> None:
    """Keep a customer's choice of language and time zone at the log-in that it acts through."""
    columns = {"language": "language", "timezone": "time_zone"}
    chosen = {columns[name]: preferences[name] for name in columns if name in preferences}
    if chosen:
        PortalAccount.objects.filter(pk=actor.id).update(**chosen)


def _merged_preferences(present: Mapping[str, Any], changes: Any) -> dict[str, Any]:
    if not isinstance(changes, Mapping):
        raise InvalidInput("Preferences are an object.", field="preferences")
    unknown = sorted(set(changes) - PREFERENCES)
    if unknown:
        raise InvalidInput(f"There is no preference {unknown[0]}.", field="preferences")
    if changes.get("theme", "system") not in THEMES:
        raise InvalidInput("Use system, light or dark.", field="preferences")
    if changes.get("language") and changes["language"] not in dict(settings.LANGUAGES):
        raise InvalidInput("This language is not spoken here.", field="preferences")
    if changes.get("timezone") and changes["timezone"] not in available_timezones():
        raise InvalidInput("There is no such time zone.", field="preferences")
    merged = {**present, **changes}
    if "notifications" in changes:
        merged["notifications"] = {**present.get("notifications", {}), **changes["notifications"]}
    return merged
