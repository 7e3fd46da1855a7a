"""Addresses of the customers' log-in pages."""

from django.urls import path

from accounts.portal import account, public

app_name = "accounts"
urlpatterns = [
    path("login", public.log_in, name="log_in"),
    path("login/code", public.second_factor, name="second_factor"),
    path("logout", public.log_out, name="log_out"),
    path("sign-up", public.sign_up, name="sign_up"),
    path("confirm-email", public.confirm_email, name="confirm_email"),
    path("confirm-email/resend", public.resend_code, name="resend_code"),
    path("confirm-email/<str:token>", public.confirm_link, name="confirm_link"),
    path("forgot-password", public.forgot, name="forgot"),
    path("set-password/<str:token>", public.set_password, name="set_password"),
    path("account", account.account, name="account"),
    path("account/profile", account.profile, name="profile"),
    path("account/customers", account.customers, name="customers"),
    path("account/password", account.password, name="password"),
    path("account/email", account.email, name="email"),
    path("account/sessions/end", account.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<uuid:session_id>/end", account.end_session, name="end_session"),
]
