"""Addresses of identity and access in both APIs."""

from django.urls import path

from accounts.api.views import auth, me, portal, roles
from accounts.api.views.api_keys import ApiKeyViewSet
from accounts.api.views.roles import RoleViewSet
from accounts.api.views.users import UserViewSet
from ispplatform.core.api.routers import ApiRouter, Routes

router = ApiRouter()
router.register("users", UserViewSet, basename="users")
router.register("roles", RoleViewSet, basename="roles")
router.register("api-keys", ApiKeyViewSet, basename="api-keys")

staff_routes: Routes = [
    path("auth/login", auth.LogInView.as_view(), name="auth-login"),
    path("auth/refresh", auth.RefreshView.as_view(), name="auth-refresh"),
    path("auth/logout", auth.LogOutView.as_view(), name="auth-logout"),
    path("auth/permissions", auth.OwnPermissionsView.as_view(), name="auth-permissions"),
    path("auth/password/forgot", auth.ForgotView.as_view(), name="auth-password-forgot"),
    path("auth/password/reset", auth.ResetView.as_view(), name="auth-password-reset"),
    path("auth/password/validate", auth.PasswordCheckView.as_view(), name="auth-password-validate"),
    path("users/me", me.MeView.as_view(), name="users-me"),
    path("users/me/preferences", me.PreferencesView.as_view(), name="users-me-preferences"),
    path("users/me/password", me.OwnPasswordView.as_view(), name="users-me-password"),
    path("users/me/email", me.OwnEmailView.as_view(), name="users-me-email"),
    path("users/me/email/confirm", me.OwnEmailConfirmView.as_view(), name="users-me-email-confirm"),
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
    path("permissions", roles.PermissionsView.as_view(), name="permissions"),
    path("permissions/audit", roles.PermissionAuditView.as_view(), name="permissions-audit"),
    *router.urls,
]

portal_routes: Routes = [
    path("auth/register", portal.SignUpView.as_view(), name="auth-register"),
    path("auth/login", portal.PortalLogInView.as_view(), name="auth-login"),
    path("auth/refresh", portal.PortalRefreshView.as_view(), name="auth-refresh"),
    path("auth/logout", portal.PortalLogOutView.as_view(), name="auth-logout"),
    path("auth/verify-email", portal.VerifyEmailView.as_view(), name="auth-verify-email"),
    path("auth/verify-email/resend", portal.ResendCodeView.as_view(), name="auth-resend-code"),
    path("auth/password/forgot", portal.PortalForgotView.as_view(), name="auth-password-forgot"),
    path("auth/password/reset", portal.PortalResetView.as_view(), name="auth-password-reset"),
    path("account/profile", portal.ProfileView.as_view(), name="account-profile"),
    path(
        "account/change-password",
        portal.ChangePasswordView.as_view(),
        name="account-change-password",
    ),
    path("account/email", portal.ChangeEmailView.as_view(), name="account-email"),
    path("account/email/confirm", portal.ConfirmEmailView.as_view(), name="account-email-confirm"),
    path("account/sessions", portal.OwnSessionsView.as_view(), name="account-sessions"),
    path("account/sessions/<uuid:id>", portal.OwnSessionView.as_view(), name="account-session"),
]
