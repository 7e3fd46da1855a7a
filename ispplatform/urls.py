"""Every address of the installation."""

from django.contrib import admin
from django.urls import include, path

from accounts.api.views.keys import authorization_server, jwks

urlpatterns = [
    path(".well-known/jwks.json", jwks, name="jwks"),
    path(".well-known/oauth-authorization-server", authorization_server, name="oauth-metadata"),
    path("admin/", include("accounts.portal.staff_urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.portal.urls")),
    path("", include("billing.portal.urls")),
    path("", include("billing.portal.sandbox_urls")),
    path("", include("ispplatform.api_urls")),
    path("", include("notifications.portal.urls")),
    path("", include("provisioning.portal.urls")),
    path("", include("domains.portal.urls")),
    path("", include("hosting.portal.urls")),
    path("", include("sales.portal.urls")),
    path("", include("ispplatform.core.pages.urls")),
]

handler400 = "ispplatform.core.pages.errors.bad_request"
handler403 = "ispplatform.core.pages.errors.permission_denied"
handler404 = "ispplatform.core.pages.errors.not_found"
handler500 = "ispplatform.core.pages.errors.server_error"
