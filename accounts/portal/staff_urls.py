"""Addresses of the back office's door, in place of the ones that Django's admin brings."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.portal import staff, staff_sign_on

app_name = "staff"
urlpatterns = [
    path("login/", staff.log_in, name="log_in"),
    path("second-factor/", staff.second_factor, name="second_factor"),
    path("second-factor/question/", staff.factor_question, name="factor_question"),
    path("passkey/", staff.passkey_log_in, name="passkey_log_in"),
    path("passkey/question/", staff.passkey_log_in_question, name="passkey_log_in_question"),
    path("passkey/new-question/", staff.passkey_new_question, name="passkey_new_question"),
    path("sign-on/<uuid:provider_id>/", staff_sign_on.sign_on, name="sign_on"),
    path("sign-on/<uuid:provider_id>/callback/", staff_sign_on.sign_on_back, name="sign_on_back"),
    path("forgot-password/", staff.forgot, name="forgot"),
    path("logout/", staff.log_out, name="log_out"),
    path("password_change/", RedirectView.as_view(pattern_name="admin:own_account")),
    path("password_change/done/", RedirectView.as_view(pattern_name="admin:own_account")),
]
