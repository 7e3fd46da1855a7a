"""Addresses of the customers' log-in pages."""

from django.urls import path

from accounts.portal import (
    account,
    authorize,
    invitations,
    passkeys,
    people,
    public,
    security,
)

app_name = "accounts"
urlpatterns = [
    path("login", public.log_in, name="log_in"),
    path("login/code", public.second_factor, name="second_factor"),
    path("login/passkey", passkeys.log_in, name="passkey_log_in"),
    path("login/passkey/question", passkeys.log_in_question, name="passkey_log_in_question"),
    path("login/code/question", passkeys.factor_question, name="passkey_factor_question"),
    path("logout", public.log_out, name="log_out"),
    path("sign-up", public.sign_up, name="sign_up"),
    path("confirm-email", public.confirm_email, name="confirm_email"),
    path("confirm-email/resend", public.resend_code, name="resend_code"),
    path("confirm-email/<str:token>", public.confirm_link, name="confirm_link"),
    path("forgot-password", public.forgot, name="forgot"),
    path("set-password/<str:token>", public.set_password, name="set_password"),
    path("invitation/<str:token>", invitations.accept, name="invitation"),
    path("stop-factor-reset/<str:token>", security.stop_by_link, name="stop_factor_reset"),
    path("account", account.account, name="account"),
    path("account/authorize", authorize.authorize, name="authorize"),
    path(
        "account/applications/<uuid:session_id>/end",
        account.end_application,
        name="end_application",
    ),
    path("account/profile", account.profile, name="profile"),
    path("account/customers", account.customers, name="customers"),
    path("account/people", people.people, name="people"),
    path("account/people/<uuid:person_id>", people.person, name="person"),
    path("account/people/<uuid:person_id>/again", people.person_again, name="person_again"),
    path("account/people/<uuid:person_id>/status", people.person_status, name="person_status"),
    path("account/password", account.password, name="password"),
    path("account/email", account.email, name="email"),
    path("account/security", security.security, name="security"),
    path("account/security/reset/stop", security.reset_stop, name="reset_stop"),
    path("account/security/app", security.app_on, name="app_on"),
    path("account/security/app/off", security.app_off, name="app_off"),
    path("account/security/recovery-codes", security.recovery_codes, name="recovery_codes"),
    path("account/security/passkeys/new", passkeys.new, name="passkey_new"),
    path("account/security/passkeys/question", passkeys.new_question, name="passkey_new_question"),
    path("account/security/passkeys/<int:passkey_id>/name", passkeys.rename, name="passkey_rename"),
    path(
        "account/security/passkeys/<int:passkey_id>/remove",
        passkeys.remove,
        name="passkey_remove",
    ),
    path("account/sessions/end", account.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<uuid:session_id>/end", account.end_session, name="end_session"),
]
