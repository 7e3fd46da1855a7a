"""Invitations to work here: sent, sent again, withdrawn."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import SimpleListFilter, display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.act_pages import MakePage
from accounts.admin.colleagues import ColleagueForm, role_choices
from accounts.choices import InvitationStatus
from accounts.models import StaffInvitation
from accounts.selectors.invitations import invitations
from accounts.services.invitations import (
    invitation_cancel,
    invitation_create,
    invitation_send_again,
)
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.admin.base import MadeOnAPage
from ispplatform.core.admin.columns import age_column, text_column, toned_column
from ispplatform.core.admin.heads import MainLink
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage
from ispplatform.core.admin.words import name_words
from ispplatform.core.pages.statuses import Tone
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

TONES = {
    InvitationStatus.OPEN: Tone.INFO,
    InvitationStatus.ACCEPTED: Tone.GOOD,
    InvitationStatus.EXPIRED: Tone.WARN,
}


def _is_open(row: StaffInvitation) -> bool:
    return row.accepted_at is None and row.cancelled_at is None


def _send_again(actor: Actor, row: StaffInvitation, values: Mapping[str, Any]) -> str:
    invitation_send_again(
        actor=actor, tenant=tenant_by_id(current_tenant_id()), invitation_id=row.pk
    )
    return gettext("A new link is on its way. Those mailed before open nothing any more.")


def _cancel(actor: Actor, row: StaffInvitation, values: Mapping[str, Any]) -> str:
    invitation_cancel(actor=actor, invitation_id=row.pk)
    return gettext("Withdrawn. The link opens nothing any more.")


class InvitedForm(ColleagueForm):
    """Who is invited, and what they will be."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=role_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You can give what you hold yourself."),
    )


class StatusFilter(SimpleListFilter):
    """What became of it."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return InvitationStatus.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(StaffInvitation)
class InvitationAdmin(MadeOnAPage):
    """Who was invited to work here, and what became of it."""

    create_permission = "users:create"
    make_page = "admin:colleague_invite"

    nothing_yet = _("Whoever is invited to this back office stands here until they accept.")
    permission_resource = "users"
    list_display = (
        "email",
        "full_name",
        "role_names",
        toned_column(
            "status",
            TONES,
            label=_("status"),
            words_for={one.value: one.label for one in InvitationStatus},
        ),
        text_column("actor_label", label=_("invited by")),
        age_column("sent_at", label=_("mailed")),
    )
    search_fields = ("email", "first_name", "last_name")
    list_filter = (StatusFilter,)
    fields = (
        ("email", "full_name"),
        ("role_names", "actor_label"),
        ("sent_at", "sent_count"),
        ("expires_at", "accepted_at", "cancelled_at"),
    )
    readonly_fields = ("full_name", "role_names")
    acts = (
        Act(
            name="again",
            label=_("Send again"),
            permission="users:create",
            run=_send_again,
            explanation=_("A new link is mailed; those mailed before open nothing any more."),
            applies=_is_open,
        ),
        Act(
            name="cancel",
            label=_("Withdraw"),
            permission="users:create",
            run=_cancel,
            explanation=_("The link opens nothing any more."),
            applies=_is_open,
            tone="danger",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffInvitation]:
        return invitations().select_related("membership").order_by("-id")

    def main_link_of(self, row: StaffInvitation) -> MainLink | None:
        if row.membership_id is None:
            return None
        url = reverse("admin:accounts_membership_change", args=[row.membership_id])
        return MainLink(label=_("Open the colleague"), url=url)

    @display(description=_("name"), ordering="last_name")
    def full_name(self, row: StaffInvitation) -> str:
        """Return the name that whoever invited gave."""
        return f"{row.first_name} {row.last_name}".strip()

    @display(description=_("roles"))
    def role_names(self, row: StaffInvitation) -> str:
        """Return the roles that they will hold, by their codes."""
        return ", ".join(name_words(code) for code in row.roles)


class ColleagueInvitePage(MakePage):
    """Invites somebody to work here; the link of the mail lets them choose a password."""

    title = _("Invite a colleague")
    label = _("Send the invitation")
    permission = "users:create"
    back_url = staticmethod(lambda: reverse("admin:accounts_staffinvitation_changelist"))

    def form_class(self) -> type[forms.Form]:
        return InvitedForm

    def make(self, actor: Actor, request: HttpRequest, values: dict[str, Any]) -> tuple[str, str]:
        row = invitation_create(actor=actor, tenant=tenant_by_id(current_tenant_id()), **values)
        url = reverse("admin:accounts_staffinvitation_change", args=[row.pk])
        return gettext("The invitation is on its way."), url


ADMIN_PAGES.fill(
    AdminPage(key="colleague_invite", path="colleagues/invite/", view=ColleagueInvitePage.as_view())
)
ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="invitations",
        section="company",
        label=_("Invitations"),
        url_name="admin:accounts_staffinvitation_changelist",
        icon="mail",
        permission="users:read",
    )
)
