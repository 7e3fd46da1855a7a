"""What the sandbox bench plugs into the kernel."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage
from ispplatform.core.admin.requests import tenant_of
from ispplatform.core.operations import kinds
from ispplatform.core.permissions import declare_permissions
from ispplatform.core.sandbox import events
from ispplatform.core.sandbox.admin import pages
from ispplatform.core.sandbox.operations import ClockMoveKind

__all__ = ["events"]

declare_permissions(
    ("sandbox:manage", "Use the sandbox bench: mail, clock, faults", "support", "operator"),
)
kinds.register(ClockMoveKind)


def _is_sandbox(request: HttpRequest) -> bool:
    tenant = tenant_of(request)
    return tenant is not None and tenant.is_sandbox


for key, path, page in (
    ("sandbox", "sandbox/", pages.BenchPage),
    ("sandbox_clock", "sandbox/clock/", pages.ClockFragment),
    ("sandbox_newest_mails", "sandbox/newest-mails/", pages.MailFragment),
    ("sandbox_mails", "sandbox/mail/", pages.MailListPage),
    ("sandbox_mail", "sandbox/mail/<str:name>/", pages.MailPage),
    ("sandbox_attachment", "sandbox/mail/<str:name>/<int:number>", pages.MailAttachment),
):
    ADMIN_PAGES.fill(AdminPage(key=key, path=path, view=page.as_view()))
ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="sandbox",
        section="system",
        label=_("Sandbox"),
        url_name="admin:sandbox",
        icon="science",
        permission="sandbox:manage",
        applies=_is_sandbox,
    )
)
