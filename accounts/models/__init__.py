"""Tables of identity and access."""

from accounts.models.api_keys import ApiKey
from accounts.models.memberships import Membership, MembershipRole, Role
from accounts.models.portal_accounts import PortalAccount
from accounts.models.proofs import AccessLink, EmailCode
from accounts.models.second_factors import SecondFactorDevice
from accounts.models.sessions import LoginFailure, Session
from accounts.models.users import PasswordHistory, User, UserManager

__all__ = [
    "AccessLink",
    "ApiKey",
    "EmailCode",
    "LoginFailure",
    "Membership",
    "MembershipRole",
    "PasswordHistory",
    "PortalAccount",
    "Role",
    "SecondFactorDevice",
    "Session",
    "User",
    "UserManager",
]
