"""Addresses of the customer's mails."""

from django.urls import path

from notifications.portal import views

app_name = "notifications"
urlpatterns = [
    path("portal/mails", views.mail_list, name="mails"),
    path("portal/mails/<uuid:mail_id>", views.mail_page, name="mail"),
]
