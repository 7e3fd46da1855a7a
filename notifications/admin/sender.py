"""The page on which the company's sender is tried out."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage, StaffPage
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id
from notifications.rules.sender_records import DKIM, DMARC, SPF
from notifications.sender import (
    findings_of,
    last_check,
    last_trial_mail,
    sender_check_start,
    sender_domain,
    sender_try,
)
from notifications.services import RESEND, sender_of

LABELS = {SPF: "SPF", DKIM: "DKIM", DMARC: "DMARC"}


class SenderPage(StaffPage):
    """Shows from whom mails come, sends one, and says what the DNS knows of the sender."""

    title = _("Sender of mails")
    template_name = "notifications/admin/sender.html"
    permission = "mails:read"
    manage_permission = RESEND

    def content(self, request: HttpRequest) -> dict[str, Any]:
        tenant = tenant_by_id(current_tenant_id())
        name, address = sender_of(tenant)
        check = last_check()
        return {
            "sender_name": name,
            "sender_address": address,
            "domain": sender_domain(tenant),
            "mail": last_trial_mail(),
            "check": check,
            "findings": [{"label": LABELS[one.kind], "finding": one} for one in findings_of(check)],
            "to_email": getattr(request.user, "email", ""),
        }

    def act_mail(self, request: HttpRequest) -> str:
        """Send a mail to whoever asks."""
        address = getattr(request.user, "email", "")
        sender_try(actor=self.actor, tenant=tenant_by_id(current_tenant_id()), to_email=address)
        return gettext("On its way to %(address)s.") % {"address": address}

    def act_check(self, request: HttpRequest) -> str:
        """Ask the DNS."""
        sender_check_start(actor=self.actor, tenant=tenant_by_id(current_tenant_id()))
        return gettext("The DNS is being asked. Load the page again in a moment.")


ADMIN_PAGES.fill(AdminPage(key="mail_sender", path="mails/sender/", view=SenderPage.as_view()))
