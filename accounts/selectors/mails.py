"""What the mails of this app say that no event may carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any
from uuid import UUID

from accounts.choices import AccessLinkPurpose
from accounts.models import AccessLink, EmailCode, StaffInvitation, User
from accounts.selectors.invitations import invitation_address, open_invitations
from accounts.tokens.derived import derived_code, derived_token
from ispplatform.core.clock import system_now
from ispplatform.core.tenancy.lookup import tenant_by_id

EMAIL_CODE = "email_code"
ACCESS_LINK = "access_link"
CONFIRM_PATH = "/confirm-email"
COME_BACK_PATH = "/come-back"
SET_PASSWORD_PATH = "/set-password"  # noqa: S105 a path, not a password


@dataclass(frozen=True, kw_only=True, slots=True)
class MailSecret:
    """The secret part of a mail and whom it is for; build the mail, send it, keep none of it.

    Args:
        purpose: a value of ``EmailCodePurpose`` or ``AccessLinkPurpose``.
        code: six digits, or empty when the mail holds a link only.
        link: absolute address at the tenant's configured address, never at a Host header's.
        minutes_left: minutes that code and link can still be used, a begun one counted.
        has_account_already: somebody signed up with an address that has an account here: the mail
            says so instead of welcoming, and its link sets a new password.
    """

    email: str
    full_name: str
    language: str
    purpose: str
    code: str
    link: str
    minutes_left: int
    has_account_already: bool = False


def mail_secret(payload: Mapping[str, Any]) -> MailSecret | None:
    """Return the secret of the mail that an event of this app asks for.

    For ``accounts.email_code_requested`` and ``accounts.password_reset_requested``, in the event's
    tenant. The same event gives the same secret each time, as long as it can be used.

    Returns:
        None when no mail is to be sent: the address is nobody's, or the code or link was used or
        is too old by now.
    """
    if "email_code_id" in payload:
        return _code_mail(UUID(str(payload["email_code_id"])))
    return _link_mail(UUID(str(payload["access_link_id"])))


def access_link_address(link: AccessLink) -> str:
    """Return the absolute address that sets a password, at the tenant's configured address."""
    token = derived_token(ACCESS_LINK, tenant_id=link.tenant_id, row_id=link.pk, fixed=True)
    is_return = link.purpose == AccessLinkPurpose.COME_BACK
    path = COME_BACK_PATH if is_return else SET_PASSWORD_PATH
    return f"{tenant_by_id(link.tenant_id).base_url}{path}/{token}"


@dataclass(frozen=True, kw_only=True, slots=True)
class InvitationMail:
    """An invitation's mail; its link is a secret like those of ``MailSecret``."""

    email: str
    full_name: str
    inviter: str
    link: str
    hours_left: int


def invitation_mail(payload: Mapping[str, Any]) -> InvitationMail | None:
    """Return the mail that ``accounts.colleague_invited`` asks for, in the event's tenant.

    None when it was answered or withdrawn, is too old, or was sent again since: the newer mail
    has the link that counts.
    """
    row = (
        StaffInvitation.objects.filter(open_invitations())
        .filter(pk=UUID(str(payload["invitation_id"])), sent_count=int(payload["sent_count"]))
        .first()
    )
    if row is None:
        return None
    return InvitationMail(
        email=row.email,
        full_name=f"{row.first_name} {row.last_name}".strip(),
        inviter=row.actor_label,
        link=invitation_address(row),
        hours_left=ceil((row.expires_at - system_now()).total_seconds() / 3600),
    )


def _code_mail(row_id: UUID) -> MailSecret | None:
    row = EmailCode.objects.select_related("user").filter(pk=row_id, used_at=None).first()
    if row is None or row.user is None or row.expires_at <= system_now():
        return None
    token = derived_token(EMAIL_CODE, tenant_id=row.tenant_id, row_id=row.pk, fixed=True)
    return MailSecret(
        email=row.email,
        full_name=row.user.get_full_name(),
        language=_language(row.user),
        purpose=row.purpose,
        code=derived_code(EMAIL_CODE, row_id=row.pk),
        link=f"{tenant_by_id(row.tenant_id).base_url}{CONFIRM_PATH}/{token}",
        minutes_left=_minutes_left(row),
    )


def _link_mail(row_id: UUID) -> MailSecret | None:
    row = AccessLink.objects.select_related("user").filter(pk=row_id, used_at=None).first()
    if row is None or row.user is None or row.expires_at <= system_now():
        return None
    if row.user.is_active == (row.purpose == AccessLinkPurpose.COME_BACK):
        return None
    return MailSecret(
        email=row.email,
        full_name=row.user.get_full_name(),
        language=_language(row.user),
        purpose=row.purpose,
        code="",
        link=access_link_address(row),
        minutes_left=_minutes_left(row),
        has_account_already=row.is_repeated_sign_up,
    )


def _language(user: User) -> str:
    return str(user.preferences.get("language") or "en")


def _minutes_left(row: EmailCode | AccessLink) -> int:
    """Return the minutes that are left, begun ones too: the mail goes out within seconds."""
    return ceil((row.expires_at - system_now()).total_seconds() / 60)
