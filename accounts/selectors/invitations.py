"""Invitations to work here, as lists and mails read them."""

from uuid import UUID

from django.db.models import Case, CharField, Q, QuerySet, Value, When

from accounts.choices import InvitationStatus
from accounts.models import StaffInvitation, User
from accounts.tokens.derived import derived_token, read_derived_token
from ispplatform.core.actors import ActorType
from ispplatform.core.clock import system_now
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.tenancy.lookup import tenant_by_id

INVITATION = "invitation"
ACCEPT_PATH = "/invitation"


def invitations() -> QuerySet[StaffInvitation]:
    """Return the invitations of the tenant at hand, annotated with ``status``."""
    return StaffInvitation.objects.annotate(
        status=Case(
            When(accepted_at__isnull=False, then=Value(InvitationStatus.ACCEPTED)),
            When(cancelled_at__isnull=False, then=Value(InvitationStatus.CANCELLED)),
            When(expires_at__lte=system_now(), then=Value(InvitationStatus.EXPIRED)),
            default=Value(InvitationStatus.OPEN),
            output_field=CharField(),
        )
    )


def open_invitations() -> Q:
    """Return the condition for invitations that can be accepted now."""
    return Q(accepted_at=None, cancelled_at=None, expires_at__gt=system_now())


def invitations_sent_by(user_id: UUID) -> QuerySet[StaffInvitation]:
    """Return the invitations of a colleague, in the tenant at hand, that can be accepted now."""
    return StaffInvitation.objects.filter(
        open_invitations(), actor_type=ActorType.USER, actor_id=str(user_id)
    )


def invitation_of_token(token: str) -> StaffInvitation | None:
    """Return the invitation whose newest link this is, whatever became of it; else None."""
    read = read_derived_token(INVITATION, token)
    if read is None:
        return None
    with tenant_context(read.tenant_id):
        return StaffInvitation.objects.filter(pk=read.row_id, sent_count=read.generation).first()


def invitation_token(row: StaffInvitation) -> str:
    """Return the token of the newest link; the same each time."""
    return derived_token(
        INVITATION,
        tenant_id=row.tenant_id,
        row_id=row.pk,
        generation=row.sent_count,
        fixed=True,
    )


def invitation_address(row: StaffInvitation) -> str:
    """Return the absolute address of the newest link, at the tenant's configured address."""
    return f"{tenant_by_id(row.tenant_id).base_url}{ACCEPT_PATH}/{invitation_token(row)}"


def has_password(email: str) -> bool:
    """Tell whether somebody logs in with this address, here or in another company.

    For whoever shows the link that was mailed to the address, and nobody else.
    """
    user = User.objects.filter(email=email).first()
    return user is not None and user.has_usable_password()
