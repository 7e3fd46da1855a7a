"""The page on which staff put a colleague's picture up, or take it away."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.leaving import ColleaguePage
from accounts.forms import AvatarForm
from accounts.pages import sent_picture
from accounts.rules.avatars import avatar_address
from accounts.selectors.avatars import avatar_digest
from accounts.services.avatars import colleague_avatar_change, colleague_avatar_remove
from accounts.services.users import UPDATE
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage


class ColleagueAvatarPage(ColleaguePage):
    """Shows the picture of a colleague, takes another one, and takes it away."""

    title = _("Picture")
    template_name = "accounts/admin/avatar.html"
    permission = UPDATE
    manage_permission = UPDATE

    def content(self, request: HttpRequest) -> dict[str, Any]:
        row = self.colleague()
        return {
            "row": row,
            "row_url": reverse("admin:accounts_membership_change", args=[row.pk]),
            "avatar": avatar_address(row.user_id, avatar_digest(row.user_id)),
            "avatar_form": dressed(AvatarForm()),
        }

    def act_avatar(self, request: HttpRequest) -> str:
        """Show this picture from now on."""
        row = self.colleague()
        colleague_avatar_change(actor=self.actor, membership=row, content=sent_picture(request))
        return gettext("Saved.")

    def act_avatar_remove(self, request: HttpRequest) -> str:
        """Show no picture any more."""
        colleague_avatar_remove(actor=self.actor, membership=self.colleague())
        return gettext("The picture is taken away.")


ADMIN_PAGES.fill(
    AdminPage(
        key="colleague_avatar",
        path="colleagues/<uuid:membership_id>/picture/",
        view=ColleagueAvatarPage.as_view(),
    )
)
