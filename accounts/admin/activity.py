"""The time line of a colleague: log-ins, what they did, what was done to them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import ActivityKind
from accounts.models import Membership
from accounts.selectors.user_activity import (
    address_of,
    device_of,
    outcome_of,
    user_activity,
)
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage, StaffPage
from ispplatform.core.admin.words import code_words
from ispplatform.core.models import AuditEntry

PAGE_LINES = 50


def activity_url(membership: Membership) -> str:
    """Return the address of a colleague's time line."""
    return reverse("admin:colleague_activity", args=[membership.pk])


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """An entry as the page shows it."""

    entry: AuditEntry

    @property
    def words(self) -> str:
        """What was done."""
        return code_words(self.entry.act)

    @property
    def tone(self) -> str:
        """The colour of the line."""
        return {"refused": "bad", "succeeded": "good"}.get(outcome_of(self.entry.act), "info")

    @property
    def address(self) -> str:
        """From which IP address somebody came."""
        return address_of(self.entry.act, self.entry.values.after)

    @property
    def device(self) -> str:
        """With which device somebody came."""
        return device_of(self.entry.act, self.entry.values.after)


@dataclass(frozen=True, slots=True)
class KindTab:
    """One way to narrow the time line down."""

    text: Any
    url: str
    is_current: bool


class ColleagueActivityPage(StaffPage):
    """The time line of one colleague, fifty lines a page, newest first."""

    title = _("Activity")
    permission = "users:activity"
    template_name = "accounts/admin/activity.html"

    def content(self, request: HttpRequest) -> dict[str, Any]:
        membership = (
            Membership.objects.select_related("user")
            .filter(pk=self.kwargs["membership_id"])
            .first()
        )
        if membership is None:
            raise Http404
        kind = request.GET.get("kind", "")
        entries = user_activity(membership.user_id).select_related("values").order_by("-id")
        if kind in ActivityKind.values:
            entries = entries.filter(kind=kind)
        if before := _id_of(request.GET.get("before", "")):
            entries = entries.filter(pk__lt=before)
        found = list(entries[: PAGE_LINES + 1])
        lines = [ActivityLine(entry) for entry in found[:PAGE_LINES]]
        older = {"kind": kind, "before": lines[-1].entry.pk} if len(found) > PAGE_LINES else {}
        here = activity_url(membership)
        return {
            "title": membership.user.get_full_name(),
            "subtitle": _("Activity"),
            "membership": membership,
            "tabs": [
                KindTab(_("All"), here, kind not in ActivityKind.values),
                *(
                    KindTab(one.label, f"{here}?kind={one.value}", kind == one.value)
                    for one in ActivityKind
                ),
            ],
            "lines": lines,
            "older_url": f"?{urlencode(older)}" if older else "",
            "newest_url": here if before else "",
            "may_see_trail": self.actor.can("audit:read"),
        }


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


ADMIN_PAGES.fill(
    AdminPage(
        key="colleague_activity",
        path="colleagues/<uuid:membership_id>/activity/",
        view=ColleagueActivityPage.as_view(),
    )
)
