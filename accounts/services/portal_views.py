"""Seeing the portal as a customer sees it: a log-in of its own that only reads."""

from uuid import UUID

from django.db import transaction

from accounts.choices import MembershipStatus, PortalAccountStatus, SessionChannel
from accounts.models import Membership, PortalAccount, Session
from accounts.selectors.principals import VIEW_AS
from accounts.services.sessions import Device, session_begin
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.errors import InvalidInput, NotFound, NotPermitted
from ispplatform.core.subjects import subject_of

IDLE_SECONDS = 15 * 60


def portal_view_begin(
    *,
    actor: Actor,
    membership_id: UUID | None,
    portal_account_id: UUID | str,
    customer_id: UUID,
    reason: str,
    device: Device,
) -> Session:
    """Let a colleague see the portal as the holder of a customer's log-in does.

    The log-in holds only permissions to read, every request that would change something is
    refused, and it ends after 15 minutes without use, when the colleague may no longer come in,
    or by *Log out*.

    Args:
        membership_id: the colleague's.
        reason: kept in the audit trail.

    Raises:
        NotPermitted: without ``portal_accounts:view_as``, or for somebody who is no colleague.
        NotFound: the customer has no such log-in that is active.
        InvalidInput: no reason.
    """
    actor.require(VIEW_AS)
    if not reason.strip():
        raise InvalidInput("Say why.", field="reason")
    viewer = Membership.objects.filter(pk=membership_id, status=MembershipStatus.ACTIVE).first()
    if viewer is None:
        raise NotPermitted("Only a colleague of this company can see the portal as a customer.")
    with transaction.atomic():
        accounts = PortalAccount.objects.filter(
            customer_id=customer_id, status=PortalAccountStatus.ACTIVE
        )
        account = accounts.select_related("user").filter(pk=portal_account_id).first()
        if account is None:
            raise NotFound("The customer has no such log-in that is active.")
        session = session_begin(
            user=account.user, account=account, channel=SessionChannel.BROWSER, device=device
        )
        session.viewer_id, session.idle_seconds = viewer.pk, IDLE_SECONDS
        session.save(update_fields=["viewer_id", "idle_seconds"])
        audit(
            "accounts.portal_view",
            actor=actor,
            subject=subject_of(account),
            reason=reason,
            after={"session": str(session.pk), "ip_address": device.address},
            customer_id=customer_id,
        )
    return session
