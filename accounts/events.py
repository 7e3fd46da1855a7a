"""What identity and access tells the rest of the house. No payload holds a code or a link."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ispplatform.core.events import Event


@dataclass(frozen=True, kw_only=True)
class EmailCodeRequested(Event):
    """A code has to be mailed; the mail's secret comes from ``selectors.mails.mail_secret``."""

    name: ClassVar[str] = "accounts.email_code_requested"
    email_code_id: UUID
    purpose: str
    sent_count: int


@dataclass(frozen=True, kw_only=True)
class PasswordResetRequested(Event):
    """A link that sets a password has to be mailed, if the address belongs to somebody."""

    name: ClassVar[str] = "accounts.password_reset_requested"
    access_link_id: UUID
    purpose: str


@dataclass(frozen=True, kw_only=True)
class NewDeviceLogin(Event):
    """A person logged in on a device that was not seen before."""

    name: ClassVar[str] = "accounts.new_device_login"
    session_id: UUID
    user_id: UUID
    email: str
    user_agent: str
    ip_address: str


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """A person has a new password; they are told, in case it was not them."""

    name: ClassVar[str] = "accounts.password_changed"
    user_id: UUID
    email: str
    was_reset: bool


@dataclass(frozen=True, kw_only=True)
class SecondFactorChanged(Event):
    """A person's second factor is another one now; they are told, in case it was not them.

    ``change`` is a value of ``FactorChange``, ``codes_left`` how many recovery codes are unused.
    """

    name: ClassVar[str] = "accounts.second_factor_changed"
    user_id: UUID
    email: str
    change: str
    codes_left: int


@dataclass(frozen=True, kw_only=True)
class IdentityLinkChanged(Event):
    """A colleague comes in by an identity provider from now on, or no longer; they are told.

    ``change`` is a value of ``IdentityChange``, ``provider`` the name on its button.
    """

    name: ClassVar[str] = "accounts.identity_link_changed"
    user_id: UUID
    email: str
    change: str
    provider: str


@dataclass(frozen=True, kw_only=True)
class EmailChanged(Event):
    """A person has another e-mail address; the old one is told, in case it was not them."""

    name: ClassVar[str] = "accounts.email_changed"
    user_id: UUID
    old_email: str
    new_email: str


@dataclass(frozen=True, kw_only=True)
class FactorResetAsked(Event):
    """Staff were told that a second factor is lost: everybody at the customer may stop it.

    Once for each customer that the person's log-ins act for.
    """

    name: ClassVar[str] = "accounts.factor_reset_asked"
    factor_reset_id: UUID
    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class FactorResetStopped(Event):
    """The removal of a second factor was stopped."""

    name: ClassVar[str] = "accounts.factor_reset_stopped"
    factor_reset_id: UUID
    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class PortalAccountRegistered(Event):
    """Somebody signed up: a customer with this id is to be made, from these words."""

    name: ClassVar[str] = "accounts.portal_account_registered"
    portal_account_id: UUID
    customer_id: UUID
    portal_id: str
    email: str
    first_name: str
    last_name: str
    company_name: str
    country: str
    phone: str
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class PortalAccountActivated(Event):
    """The address of a portal account is proved: its owner may log in and buy."""

    name: ClassVar[str] = "accounts.portal_account_activated"
    portal_account_id: UUID
    customer_id: UUID
    portal_id: str
    email: str


@dataclass(frozen=True, kw_only=True)
class UserCreated(Event):
    """A person became a colleague in this company."""

    name: ClassVar[str] = "accounts.user_created"
    user_id: UUID
    membership_id: UUID
    email: str
    roles: list[str]


@dataclass(frozen=True, kw_only=True)
class ColleagueInvited(Event):
    """An invitation to work here is to be mailed, for the ``sent_count``-th time."""

    name: ClassVar[str] = "accounts.colleague_invited"
    invitation_id: UUID
    sent_count: int


@dataclass(frozen=True, kw_only=True)
class RolesChanged(Event):
    """A colleague holds other roles now."""

    name: ClassVar[str] = "accounts.roles_changed"
    user_id: UUID
    membership_id: UUID
    roles_before: list[str]
    roles_after: list[str]


@dataclass(frozen=True, kw_only=True)
class LoginClosed(Event):
    """A person closed their own log-in, or came back: they are told, in case it was not them.

    ``what`` is a value of ``LoginClosing``, ``erased`` when a deletion became final, or
    ``back``. The name and address are those of before: afterwards there are none.
    """

    name: ClassVar[str] = "accounts.login_closed"
    user_id: UUID
    what: str
    email: str
    full_name: str
    language: str
    erase_at: str = ""


@dataclass(frozen=True, kw_only=True)
class AccessEnded(Event):
    """A colleague's access to this company has ended, with all they came in by."""

    name: ClassVar[str] = "accounts.access_ended"
    user_id: UUID
    membership_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccessReturned(Event):
    """Somebody whose access had ended works here again, with these roles."""

    name: ClassVar[str] = "accounts.access_returned"
    user_id: UUID
    membership_id: UUID
    roles: list[str]


@dataclass(frozen=True, kw_only=True)
class ApiKeyExpiring(Event):
    """A key of an integration ends within 14 days and has no successor."""

    name: ClassVar[str] = "accounts.api_key_expiring"
    api_key_id: UUID
    integration_id: UUID


@dataclass(frozen=True, kw_only=True)
class CompanyCreated(Event):
    """A company was set up: apps give it what it needs from the first day."""

    name: ClassVar[str] = "accounts.company_created"
    tenant_id: UUID
    mode: str
