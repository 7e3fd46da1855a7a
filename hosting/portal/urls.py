"""Addresses of the customer's hosting and mail."""

from django.urls import path

from hosting.portal import mail_views, views

app_name = "hosting"
BOX = "portal/email/<uuid:mailbox_id>"
urlpatterns = [
    path("portal/hosting", views.account_list, name="accounts"),
    path("portal/hosting/<uuid:account_id>", views.account_page, name="account"),
    path("portal/hosting/<uuid:account_id>/login", views.account_panel, name="account_login"),
    path(
        "portal/hosting/<uuid:account_id>/dns-check",
        views.account_dns_check,
        name="account_dns_check",
    ),
    path("portal/email", mail_views.mailbox_list, name="mailboxes"),
    path(BOX, mail_views.mailbox_page, name="mailbox"),
    path(f"{BOX}/live", mail_views.mailbox_live, name="mailbox_live"),
    path(f"{BOX}/password", mail_views.mailbox_password, name="mailbox_password"),
    path(f"{BOX}/size", mail_views.mailbox_quota, name="mailbox_quota"),
    path(f"{BOX}/delete", mail_views.mailbox_remove, name="mailbox_delete"),
]
