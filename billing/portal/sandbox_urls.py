"""Addresses of the sandbox gateway's own pages: where a real gateway's would be elsewhere."""

from django.urls import path

from billing.portal import sandbox

app_name = "billing_sandbox"
urlpatterns = [
    path("sandbox/pay/<str:reference>", sandbox.confirm, name="pay"),
]
