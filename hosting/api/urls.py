"""Addresses of servers, accounts and mailboxes."""

from hosting.api.views import (
    AccountViewSet,
    MailboxViewSet,
    MailDomainViewSet,
    PortalAccountViewSet,
    PortalMailboxViewSet,
    PortalMailDomainViewSet,
    ServerViewSet,
)
from ispplatform.core.api.routers import ApiRouter, Routes

staff = ApiRouter()
staff.register("hosting-servers", ServerViewSet, basename="hosting-servers")
staff.register("hosting-accounts", AccountViewSet, basename="hosting-accounts")
staff.register("mail-domains", MailDomainViewSet, basename="mail-domains")
staff.register("mailboxes", MailboxViewSet, basename="mailboxes")

portal = ApiRouter()
portal.register("hosting-accounts", PortalAccountViewSet, basename="hosting-accounts")
portal.register("mail-domains", PortalMailDomainViewSet, basename="mail-domains")
portal.register("mailboxes", PortalMailboxViewSet, basename="mailboxes")

staff_routes: Routes = staff.urls
portal_routes: Routes = portal.urls
