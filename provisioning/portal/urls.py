"""Addresses of the customer's services."""

from django.urls import path

from provisioning.portal import views

app_name = "provisioning"
urlpatterns = [
    path("portal/services", views.service_list, name="services"),
    path("portal/services/<uuid:service_id>", views.service_page, name="service"),
    path(
        "portal/services/<uuid:service_id>/renewal", views.service_renewal, name="service_renewal"
    ),
    path("portal/services/<uuid:service_id>/live", views.service_live, name="service_live"),
]
