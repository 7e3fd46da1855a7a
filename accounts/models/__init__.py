"""Tables of identity and access."""

from accounts.models.api_keys import ApiKey
from accounts.models.avatars import Avatar
from accounts.models.guards import FactorReset, LoginGuard
from accounts.models.identity_providers import IdentityLink, IdentityProvider, SignOnRequest
from accounts.models.imports import ImportedPerson, PeopleImport
from accounts.models.integrations import Integration
from accounts.models.invitations import StaffInvitation
from accounts.models.memberships import Membership, MembershipRole, Role
from accounts.models.oauth import AuthorizationCode, ClientToken, OAuthClient
from accounts.models.passkeys import PasskeyChallenge
from accounts.models.portal_accounts import PortalAccount
from accounts.models.proofs import AccessLink, EmailCode
from accounts.models.second_factors import SecondFactorDevice
from accounts.models.sessions import LoginFailure, Session
from accounts.models.temporary_tokens import TemporaryToken
from accounts.models.users import PasswordHistory, User, UserManager

__all__ = [
    "AccessLink",
    "ApiKey",
    "AuthorizationCode",
    "Avatar",
    "ClientToken",
    "EmailCode",
    "FactorReset",
    "IdentityLink",
    "IdentityProvider",
    "ImportedPerson",
    "Integration",
    "LoginFailure",
    "LoginGuard",
    "Membership",
    "MembershipRole",
    "OAuthClient",
    "PasskeyChallenge",
    "PasswordHistory",
    "PeopleImport",
    "PortalAccount",
    "Role",
    "SecondFactorDevice",
    "Session",
    "SignOnRequest",
    "StaffInvitation",
    "TemporaryToken",
    "User",
    "UserManager",
]
