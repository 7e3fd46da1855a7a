"""What the log-ins leave behind, to be looked at only."""

from django.contrib import admin
from django.contrib.admin import display
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessLink, EmailCode, LoginFailure, Session, User
from ispplatform.core.admin.base import OperatorAdmin, ReadOnlyTenantAdmin
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry


@admin.register(Session)
class SessionAdmin(ReadOnlyTenantAdmin):
    """Who was logged in, where and how long."""

    nothing_yet = _("Everybody who logs in, staff and customers, stands here with the device.")
    permission_resource = "users"
    list_display = (
        "user",
        "kind",
        "channel",
        "ip_address",
        "last_seen_at",
        "ended_at",
    )
    search_fields = ("user__email", "ip_address")
    list_filter = ("kind", "channel")
    list_select_related = ("user",)
    fields = (
        ("kind", "channel"),
        ("ip_address", "browser"),
        ("created_at", "last_seen_at"),
        ("expires_at", "ended_at"),
        "end_reason",
    )
    readonly_fields = ("browser",)

    @display(description=_("browser or program"))
    def browser(self, row: Session) -> str:
        """Return what people call it."""
        return row.device

    def title_of(self, row: Session) -> str:
        return str(row.user)


@admin.register(EmailCode)
class EmailCodeAdmin(ReadOnlyTenantAdmin):
    """Codes that were mailed; the digits stand nowhere."""

    nothing_yet = _(
        "Codes that were mailed to confirm an address stand here, without their digits."
    )
    permission_resource = "portal_accounts"
    list_display = ("email", "purpose", "sent_count", "attempts", "created_at", "used_at")
    search_fields = ("email",)
    list_filter = ("purpose",)


@admin.register(AccessLink)
class AccessLinkAdmin(ReadOnlyTenantAdmin):
    """Links that set a password; the links themselves stand nowhere."""

    nothing_yet = _("Links with which people set their first or a new password stand here.")
    permission_resource = "portal_accounts"
    list_display = ("email", "purpose", "created_at", "expires_at", "used_at")
    search_fields = ("email",)
    list_filter = ("purpose",)


@admin.register(User)
class UserAdmin(OperatorAdmin):
    """Every person of the installation; companies see theirs as colleagues and log-ins."""

    list_display = ("email", "first_name", "last_name", "is_active", "is_superuser", "date_joined")
    search_fields = ("email", "first_name", "last_name")
    list_filter = ("is_active", "is_superuser")
    exclude = ("password",)


@admin.register(LoginFailure)
class LoginFailureAdmin(OperatorAdmin):
    """Counts of failed log-ins; whose they are is a digest."""

    list_display = ("account_digest", "failures", "last_failed_at", "locked_until")


ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="sessions",
        section="company",
        label=_("Log-ins"),
        url_name="admin:accounts_session_changelist",
        icon="login",
        permission="users:read",
    )
)
