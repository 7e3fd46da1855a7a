"""Pictures of people: put up and taken away, by themselves or by staff."""

import hashlib

from django.db import transaction

from accounts.errors import UserUnknown
from accounts.models import Avatar, Membership, User
from accounts.selectors.avatars import avatar_digest
from accounts.services.users import UPDATE, user_shared_check
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.pages.pictures import portrait_made_anew
from ispplatform.core.subjects import subject_of


def avatar_change(*, actor: Actor, user: User, content: bytes) -> str:
    """Show this picture of a person from now on; who may is decided before.

    Args:
        content: a PNG or JPEG file as it was uploaded.

    Returns:
        Its digest.

    Raises:
        InvalidInput: it cannot be used, and nothing was changed; the sentence says why.
        UserUnknown: the person was forgotten.
    """
    png = portrait_made_anew(content).png
    digest = hashlib.sha256(png).hexdigest()
    with transaction.atomic():
        before = _locked(user)
        if before != digest:
            Avatar.objects.update_or_create(user=user, defaults={"png": png, "sha256": digest})
            _tell(actor, user, before=bool(before), after=True)
    return digest


def avatar_remove(*, actor: Actor, user: User) -> None:
    """Show no picture of a person; who may is decided before."""
    with transaction.atomic():
        if _locked(user):
            Avatar.objects.filter(user=user).delete()
            _tell(actor, user, before=True, after=False)


def colleague_avatar_change(*, actor: Actor, membership: Membership, content: bytes) -> str:
    """Show this picture of a colleague from now on, as staff.

    Raises:
        NotPermitted: the actor may not change colleagues.
        SharedUser: the person also belongs to another company: only they may.
        InvalidInput: see ``avatar_change``.
    """
    actor.require(UPDATE)
    user_shared_check(membership.user)
    return avatar_change(actor=actor, user=membership.user, content=content)


def colleague_avatar_remove(*, actor: Actor, membership: Membership) -> None:
    """Show no picture of a colleague, as staff.

    Raises:
        NotPermitted, SharedUser: see ``colleague_avatar_change``.
    """
    actor.require(UPDATE)
    user_shared_check(membership.user)
    avatar_remove(actor=actor, user=membership.user)


def _locked(user: User) -> str:
    """Lock the person, so that changes come one after the other; return the present digest.

    Raises:
        UserUnknown: the person was forgotten, maybe while the picture was on its way.
    """
    row = User.objects.select_for_update().get(pk=user.pk)
    if row.erased_at is not None:
        raise UserUnknown("There is no such log-in.")
    return avatar_digest(user.pk)


def _tell(actor: Actor, user: User, *, before: bool, after: bool) -> None:
    # No digest: whoever kept the file could prove it, after the person was forgotten.
    audit(
        "accounts.avatar_change",
        actor=actor,
        subject=subject_of(user),
        before={"has_avatar": before},
        after={"has_avatar": after},
        customer_id=actor.customer_id,
    )
