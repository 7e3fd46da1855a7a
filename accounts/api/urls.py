"""Addresses of identity and access in both APIs."""

from django.urls import path

from accounts.api.views import (
    auth,
    avatars,
    closing,
    leaving,
    me,
    oauth,
    portal,
    portal_factors,
    portal_passkeys,
    portal_people,
    roles,
    user_activity,
    user_factors,
)
from accounts.api.views.api_keys import ApiKeyViewSet
from accounts.api.views.identity_providers import IdentityProviderViewSet
from accounts.api.views.integrations import IntegrationViewSet
from accounts.api.views.invitations import InvitationAcceptView, InvitationViewSet
from accounts.api.views.oauth_clients import OAuthClientViewSet
from accounts.api.views.roles import RoleViewSet
from accounts.api.views.temporary_tokens import (
    PortalTemporaryTokensView,
    PortalTemporaryTokenView,
    TemporaryTokensView,
    TemporaryTokenView,
)
from accounts.api.views.user_files import UserBulkView, UserExportViewSet, UserImportView
from accounts.api.views.users import UserViewSet
from ispplatform.core.api.routers import ApiRouter, Routes

router = ApiRouter()
router.register("users/invitations", InvitationViewSet, basename="users-invitations")
router.register("users", UserViewSet, basename="users")
router.register("roles", RoleViewSet, basename="roles")
router.register("identity-providers", IdentityProviderViewSet, basename="identity-providers")
router.register("integrations", IntegrationViewSet, basename="integrations")
router.register("oauth/clients", OAuthClientViewSet, basename="oauth-clients")
router.register("api-keys", ApiKeyViewSet, basename="api-keys")

staff_routes: Routes = [
    path("auth/login", auth.LogInView.as_view(), name="auth-login"),
    path("auth/refresh", auth.RefreshView.as_view(), name="auth-refresh"),
    path("auth/logout", auth.LogOutView.as_view(), name="auth-logout"),
    path("auth/permissions", auth.OwnPermissionsView.as_view(), name="auth-permissions"),
    path("auth/password/forgot", auth.ForgotView.as_view(), name="auth-password-forgot"),
    path("auth/password/reset", auth.ResetView.as_view(), name="auth-password-reset"),
    path("auth/password/validate", auth.PasswordCheckView.as_view(), name="auth-password-validate"),
    path("oauth/authorize", oauth.AuthorizeView.as_view(), name="oauth-authorize"),
    path("oauth/token", oauth.TokenView.as_view(), name="oauth-token"),
    path("oauth/revoke", oauth.RevokeView.as_view(), name="oauth-revoke"),
    path("oauth/introspect", oauth.IntrospectView.as_view(), name="oauth-introspect"),
    path("temporary-tokens", TemporaryTokensView.as_view(), name="temporary-tokens"),
    path("temporary-tokens/<uuid:id>", TemporaryTokenView.as_view(), name="temporary-token"),
    path("users/me/applications", me.OwnApplicationsView.as_view(), name="users-me-applications"),
    path(
        "users/me/applications/<uuid:id>",
        me.OwnApplicationView.as_view(),
        name="users-me-application",
    ),
    path("users/me", closing.MeView.as_view(), name="users-me"),
    path("users/me/deactivate", closing.DeactivateView.as_view(), name="users-me-deactivate"),
    path("users/me/reactivate", closing.ReactivateView.as_view(), name="users-me-reactivate"),
    path("users/me/avatar", avatars.OwnAvatarView.as_view(), name="users-me-avatar"),
    path("users/<uuid:id>/avatar", avatars.AvatarView.as_view(), name="users-avatar"),
    path("users/me/preferences", me.PreferencesView.as_view(), name="users-me-preferences"),
    path("users/me/password", me.OwnPasswordView.as_view(), name="users-me-password"),
    path("users/me/email", me.OwnEmailView.as_view(), name="users-me-email"),
    path("users/me/email/confirm", me.OwnEmailConfirmView.as_view(), name="users-me-email-confirm"),
    path("users/me/email/verify", me.OwnEmailVerifyView.as_view(), name="users-me-email-verify"),
    path("users/verify-email", auth.EmailProofView.as_view(), name="users-verify-email"),
    path("users/me/sessions", me.OwnSessionsView.as_view(), name="users-me-sessions"),
    path("users/me/sessions/<uuid:id>", me.OwnSessionView.as_view(), name="users-me-session"),
    path("users/me/2fa/enable", me.FactorEnableView.as_view(), name="users-me-2fa-enable"),
    path("users/me/2fa/verify", me.FactorVerifyView.as_view(), name="users-me-2fa-verify"),
    path("users/me/2fa/disable", me.FactorDisableView.as_view(), name="users-me-2fa-disable"),
    path(
        "users/me/2fa/recovery-codes",
        me.RecoveryCodesView.as_view(),
        name="users-me-2fa-recovery-codes",
    ),
    path(
        "users/invitations/accept", InvitationAcceptView.as_view(), name="users-invitation-accept"
    ),
    path("users/import", UserImportView.as_view(), name="users-import"),
    path("users/export", UserExportViewSet.as_view({"get": "export"}), name="users-export"),
    path("users/bulk-update", UserBulkView.as_view(), name="users-bulk-update"),
    path("users/stats", user_activity.UserNumbersView.as_view(), name="users-stats"),
    path(
        "users/<uuid:id>/activity",
        user_activity.UserActivityViewSet.as_view({"get": "list"}),
        name="users-activity",
    ),
    path(
        "users/<uuid:id>/2fa/resets",
        user_factors.FactorResetsView.as_view(),
        name="users-2fa-resets",
    ),
    path(
        "users/<uuid:id>/2fa/resets/stop",
        user_factors.FactorResetStopView.as_view(),
        name="users-2fa-resets-stop",
    ),
    path("users/<uuid:id>/end-access", leaving.EndAccessView.as_view(), name="users-end-access"),
    path("users/<uuid:id>/return", leaving.ReturnView.as_view(), name="users-return"),
    path(
        "users/<uuid:id>/access-report",
        leaving.AccessReportView.as_view(),
        name="users-access-report",
    ),
    path(
        "users/<uuid:id>/access-report/file",
        leaving.AccessReportFileView.as_view(),
        name="users-access-report-file",
    ),
    path("users/<uuid:id>/guards", user_factors.GuardsView.as_view(), name="users-guards"),
    path(
        "users/<uuid:id>/guards/lift",
        user_factors.GuardsLiftView.as_view(),
        name="users-guards-lift",
    ),
    path("permissions", roles.PermissionsView.as_view(), name="permissions"),
    path("permissions/audit", roles.PermissionAuditView.as_view(), name="permissions-audit"),
    *router.urls,
]

portal_routes: Routes = [
    path("temporary-tokens", PortalTemporaryTokensView.as_view(), name="temporary-tokens"),
    path("temporary-tokens/<uuid:id>", PortalTemporaryTokenView.as_view(), name="temporary-token"),
    path("auth/register", portal.SignUpView.as_view(), name="auth-register"),
    path("auth/login", portal.PortalLogInView.as_view(), name="auth-login"),
    path("auth/refresh", portal.PortalRefreshView.as_view(), name="auth-refresh"),
    path("auth/logout", portal.PortalLogOutView.as_view(), name="auth-logout"),
    path("auth/verify-email", portal.VerifyEmailView.as_view(), name="auth-verify-email"),
    path("auth/verify-email/resend", portal.ResendCodeView.as_view(), name="auth-resend-code"),
    path("auth/password/forgot", portal.PortalForgotView.as_view(), name="auth-password-forgot"),
    path("auth/password/reset", portal.PortalResetView.as_view(), name="auth-password-reset"),
    path("auth/reactivate", closing.PortalReactivateView.as_view(), name="auth-reactivate"),
    path("account", closing.PortalAccountView.as_view(), name="account"),
    path(
        "account/deactivate",
        closing.PortalDeactivateView.as_view(),
        name="account-deactivate",
    ),
    path("account/profile", portal.ProfileView.as_view(), name="account-profile"),
    path("account/avatar", avatars.PortalAvatarView.as_view(), name="account-avatar"),
    path(
        "account/change-password",
        portal.ChangePasswordView.as_view(),
        name="account-change-password",
    ),
    path("account/email", portal.ChangeEmailView.as_view(), name="account-email"),
    path("account/email/confirm", portal.ConfirmEmailView.as_view(), name="account-email-confirm"),
    path("account/applications", portal.OwnApplicationsView.as_view(), name="account-applications"),
    path(
        "account/applications/<uuid:id>",
        portal.OwnApplicationView.as_view(),
        name="account-application",
    ),
    path("account/people", portal_people.PeopleView.as_view(), name="account-people"),
    path(
        "account/people/<uuid:id>/areas",
        portal_people.PersonAreasView.as_view(),
        name="account-person-areas",
    ),
    path(
        "account/people/<uuid:id>/open",
        portal_people.PersonOpenView.as_view(),
        name="account-person-open",
    ),
    path(
        "account/people/<uuid:id>/invite",
        portal_people.PersonInviteView.as_view(),
        name="account-person-invite",
    ),
    path("account/sessions", portal.OwnSessionsView.as_view(), name="account-sessions"),
    path("account/sessions/<uuid:id>", portal.OwnSessionView.as_view(), name="account-session"),
    path(
        "auth/passkey/question",
        portal_passkeys.PasskeyLogInQuestionView.as_view(),
        name="auth-passkey-question",
    ),
    path("auth/passkey", portal_passkeys.PasskeyLogInView.as_view(), name="auth-passkey"),
    path("account/passkeys", portal_passkeys.PasskeysView.as_view(), name="account-passkeys"),
    path(
        "account/passkeys/question",
        portal_passkeys.PasskeyQuestionView.as_view(),
        name="account-passkeys-question",
    ),
    path(
        "account/passkeys/<int:id>",
        portal_passkeys.PasskeyView.as_view(),
        name="account-passkey",
    ),
    path(
        "account/passkeys/<int:id>/remove",
        portal_passkeys.PasskeyRemoveView.as_view(),
        name="account-passkey-remove",
    ),
    path("account/2fa", portal_factors.FactorStateView.as_view(), name="account-2fa"),
    path(
        "account/2fa/enable",
        portal_factors.FactorEnableView.as_view(),
        name="account-2fa-enable",
    ),
    path(
        "account/2fa/verify",
        portal_factors.FactorVerifyView.as_view(),
        name="account-2fa-verify",
    ),
    path(
        "account/2fa/disable",
        portal_factors.FactorDisableView.as_view(),
        name="account-2fa-disable",
    ),
    path(
        "account/2fa/recovery-codes",
        portal_factors.RecoveryCodesView.as_view(),
        name="account-2fa-recovery-codes",
    ),
]
