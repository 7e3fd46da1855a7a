"""Addresses of the customer's names and zones."""

from django.urls import path

from domains.portal import domain_views, zone_views

app_name = "domains"
ONE = "portal/domains/<uuid:domain_id>"
ZONE = "portal/domains/zones/<uuid:zone_id>"
urlpatterns = [
    path("portal/domains", domain_views.domain_list, name="domains"),
    path(ONE, domain_views.domain_page, name="domain"),
    path(f"{ONE}/auto-renew", domain_views.domain_auto_renew, name="domain_auto_renew"),
    path(f"{ONE}/lock", domain_views.domain_lock, name="domain_lock"),
    path(f"{ONE}/transfer-code", domain_views.domain_code, name="domain_code"),
    path(f"{ONE}/dns-check", domain_views.domain_dns_check, name="domain_dns_check"),
    path(f"{ONE}/name-servers", domain_views.domain_name_servers, name="domain_name_servers"),
    path(f"{ONE}/holder", domain_views.domain_registrant, name="domain_registrant"),
    path("portal/domains/zones", zone_views.zone_list, name="zones"),
    path(ZONE, zone_views.zone_page, name="zone"),
    path(f"{ZONE}/state", zone_views.zone_state, name="zone_state"),
    path(f"{ZONE}/import", zone_views.zone_import, name="zone_import"),
    path(f"{ZONE}/export", zone_views.zone_export, name="zone_export"),
    path(f"{ZONE}/records/<uuid:record_id>", zone_views.record_page, name="record"),
    path(f"{ZONE}/records/<uuid:record_id>/delete", zone_views.record_delete, name="record_delete"),
]
