"""Colleagues: who works here, as what, and where they are logged in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.act_pages import MakePage
from accounts.admin.guards import IdentityForm
from accounts.choices import MembershipStatus
from accounts.models import Membership, Role, Session
from accounts.rules.seeded_roles import CUSTOMER_ROLE
from accounts.selectors.identity_providers import identity_links_of
from accounts.selectors.second_factors import is_protected
from accounts.selectors.user_numbers import user_numbers
from accounts.services.access_ends import END, membership_return
from accounts.services.access_reports import REPORT
from accounts.services.factor_resets import colleague_factor_reset
from accounts.services.identity_providers import identity_unlink
from accounts.services.lockouts import account_unlock
from accounts.services.memberships import membership_set_owner
from accounts.services.roles import membership_set_roles
from accounts.services.sessions import sessions_end
from accounts.services.users import membership_set_status, user_create, user_send_password_link
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, PageAct, ReasonForm
from ispplatform.core.admin.base import MadeOnAPage, ReadOnlyInline
from ispplatform.core.admin.columns import toned_column
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage
from ispplatform.core.admin.requests import actor_of
from ispplatform.core.pages.statuses import Tone
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

STATUS_TONES = {"active": Tone.GOOD, "suspended": Tone.BAD, "ended": Tone.QUIET}


def role_choices() -> list[tuple[str, str]]:
    """Return the roles that a colleague can hold, by name."""
    roles = Role.objects.exclude(code=CUSTOMER_ROLE).order_by("name")
    return list(roles.values_list("code", "name"))


class RolesForm(forms.Form):
    """Which roles somebody holds."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=role_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class ReturnForm(RolesForm, ReasonForm):
    """As what somebody comes back, and why."""


class ColleagueForm(RolesForm):
    """A new colleague."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    first_name = forms.CharField(label=_("First name"), max_length=80, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=80, required=False)
    field_order = ("email", "first_name", "last_name", "roles")


def _suspend(actor: Actor, row: Membership, values: Mapping[str, Any]) -> str:
    membership_set_status(
        actor=actor,
        membership=row,
        status=MembershipStatus.SUSPENDED,
        reason=values["reason"],
    )
    return gettext("Suspended. All their log-ins have ended.")


def _let_in(actor: Actor, row: Membership, values: Mapping[str, Any]) -> str:
    membership_set_status(actor=actor, membership=row, status=MembershipStatus.ACTIVE)
    return gettext("They may log in again.")


def _make_owner(actor: Actor, row: Membership, values: Mapping[str, Any]) -> str:
    membership_set_owner(actor=actor, membership=row, is_owner=True, reason=values["reason"])
    return gettext("They own the company, too, and may do everything.")


def _unmake_owner(actor: Actor, row: Membership, values: Mapping[str, Any]) -> str:
    membership_set_owner(actor=actor, membership=row, is_owner=False, reason=values["reason"])
    return gettext("They may do what their roles allow.")


def _return(actor: Actor, row: Membership, values: Mapping[str, Any]) -> str:
    membership_return(actor=actor, membership=row, codes=values["roles"], reason=values["reason"])
    return gettext("They may log in again, with these roles.")


def _is_here(row: Membership) -> bool:
    return row.status != MembershipStatus.ENDED


def _set_roles(actor: Actor, row: Membership, values: Mapping[str, Any]) -> str:
    membership_set_roles(actor=actor, membership=row, codes=values["roles"])
    return gettext("The roles count from the next click on.")


def _send_link(actor: Actor, row: Membership, values: Mapping[str, Any]) -> str:
    tenant = tenant_by_id(current_tenant_id())
    user_send_password_link(actor=actor, tenant=tenant, membership=row)
    return gettext("The mail is on its way.")


def _end_log_ins(actor: Actor, row: Membership, values: Mapping[str, Any]) -> str:
    mine = Session.objects.filter(membership=row)
    ended = sessions_end(actor=actor, sessions=mine, reason="Ended by staff.")
    return gettext("%(count)d log-ins have ended.") % {"count": ended}


def _unlock(actor: Actor, row: Membership, values: Mapping[str, Any]) -> str:
    if account_unlock(actor=actor, user=row.user, permission="users:update"):
        return gettext("They may try again at once.")
    return gettext("The account was not locked.")


def _lost(actor: Actor, row: Membership, values: Mapping[str, Any]) -> str:
    colleague_factor_reset(
        actor=actor,
        membership=row,
        identity_check=values["identity_check"],
        note=values["note"],
    )
    return gettext("Removed. They set up another one at the next log-in.")


def _unlink_form(row: Membership) -> type[forms.Form]:
    """Return the form that asks which identity of a colleague goes, and why."""
    found = identity_links_of(row.user_id)
    choices = [(str(one.pk), f"{one.provider.name}: {one.email}") for one in found]
    link_id = forms.TypedChoiceField(label=_("Identity"), choices=choices, coerce=UUID)
    return type("UnlinkForm", (ReasonForm,), {"link_id": link_id, "field_order": ("link_id",)})


def _unlink(actor: Actor, row: Membership, values: Mapping[str, Any]) -> str:
    identity_unlink(
        actor=actor, link_id=values["link_id"], user_id=row.user_id, reason=values["reason"]
    )
    return gettext("Unlinked. The log-ins that came by it have ended, and they are told.")


def _doors(actor: Actor) -> list[tuple[Any, str]]:
    """Return the pages about many colleagues that the actor may open."""
    doors = (
        (_("Invite a colleague"), "admin:colleague_invite", "users:create"),
        (_("Invitations"), "admin:accounts_staffinvitation_changelist", "users:read"),
        (_("Import people"), "admin:people_import", "users:import"),
        (_("Take out as a file"), "admin:people_export", "users:export"),
    )
    return [(label, reverse(name)) for label, name, needed in doors if actor.can(needed)]


class SessionInline(ReadOnlyInline):
    """Where a colleague was logged in, newest first."""

    model = Session
    fields = ("created_at", "channel", "browser", "ip_address", "last_seen_at", "ended_at")
    readonly_fields = ("browser",)
    ordering = ("-created_at",)

    @display(description=_("browser or program"))
    def browser(self, row: Session) -> str:
        """Return what people call it."""
        return row.device


@admin.register(Membership)
class MembershipAdmin(MadeOnAPage):
    """The people who work for the company."""

    create_permission = "users:create"
    make_page = "admin:colleague_new"
    change_list_template = "accounts/admin/colleagues.html"

    nothing_yet = _("Whoever works in this back office stands here, with what they may do.")
    permission_resource = "users"
    list_display = (
        "user",
        "full_name",
        "role_names",
        "is_owner",
        toned_column("status", STATUS_TONES, label=_("status")),
        "created_at",
    )
    search_fields = ("user__email", "user__first_name", "user__last_name")
    list_filter = ("status", "roles")
    list_select_related = ("user",)
    fields = (
        "user",
        "full_name",
        "role_names",
        "is_owner",
        "status",
        "created_at",
        "ended_at",
    )
    readonly_fields = ("full_name", "role_names")
    inlines = (SessionInline,)
    acts = (
        Act(
            name="roles",
            label=_("Change roles"),
            permission="roles:assign",
            run=_set_roles,
            form=RolesForm,
            applies=_is_here,
            initial=lambda row: {"roles": [role.code for role in row.roles.all()]},
        ),
        Act(
            name="password",
            label=_("Mail a password link"),
            permission="users:update",
            run=_send_link,
            applies=_is_here,
            explanation=_("The present password works until a new one is set."),
        ),
        Act(name="unlock", label=_("Unlock"), permission="users:update", run=_unlock),
        Act(
            name="lost_factor",
            label=_("Second factor lost"),
            button=_("Remove it"),
            permission="users:update",
            run=_lost,
            form=IdentityForm,
            explanation=_(
                "Make sure that it is your colleague. All their log-ins end, and the password "
                "alone lets them in once, to set up another second factor."
            ),
            applies=lambda row: is_protected(row.user),
            tone="danger",
        ),
        Act(
            name="unlink",
            label=_("Unlink from a provider"),
            button=_("Unlink"),
            permission="users:update",
            run=_unlink,
            form_for=_unlink_form,
            explanation=_(
                "That identity opens nothing here any more. At the next log-in by the provider the "
                "colleague is looked for by e-mail address again."
            ),
            applies=lambda row: row.identity_links.exists(),
        ),
        Act(
            name="end",
            label=_("End all log-ins"),
            permission="sessions:manage",
            run=_end_log_ins,
            explanation=_("Every browser and program of this colleague is logged out."),
        ),
        Act(
            name="suspend",
            label=_("Suspend"),
            permission="users:update",
            run=_suspend,
            form=ReasonForm,
            applies=lambda row: row.status == MembershipStatus.ACTIVE,
            tone="danger",
        ),
        Act(
            name="open",
            label=_("Let in again"),
            permission="users:update",
            run=_let_in,
            applies=lambda row: row.status == MembershipStatus.SUSPENDED,
        ),
        Act(
            name="owner",
            label=_("Make an owner"),
            permission="roles:assign",
            run=_make_owner,
            form=ReasonForm,
            explanation=_("Owners may do everything. Only an owner makes others owners."),
            applies=lambda row: row.status == MembershipStatus.ACTIVE and not row.is_owner,
        ),
        Act(
            name="no_owner",
            label=_("No owner any more"),
            permission="roles:assign",
            run=_unmake_owner,
            form=ReasonForm,
            explanation=_("They may do what their roles allow. The last owner stays one."),
            applies=lambda row: row.is_owner,
        ),
        Act(
            name="return",
            label=_("Let in again with new roles"),
            button=_("Let in again"),
            permission="roles:assign",
            run=_return,
            form=ReturnForm,
            explanation=_("Nothing of what they held before comes back by itself."),
            applies=lambda row: row.status == MembershipStatus.ENDED,
        ),
    )
    page_acts = (
        PageAct(label=_("Picture"), permission="users:update", url_name="admin:colleague_avatar"),
        PageAct(
            label=_("Activity"), permission="users:activity", url_name="admin:colleague_activity"
        ),
        PageAct(label=_("Their last 90 days"), permission=REPORT, url_name="admin:access_report"),
        PageAct(
            label=_("End access"),
            permission=END,
            url_name="admin:end_access",
            applies=_is_here,
            tone="danger",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).prefetch_related("roles")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        shown = {"numbers": user_numbers(), "doors": _doors(actor_of(request))}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    @display(description=_("name"), ordering="user__last_name")
    def full_name(self, row: Membership) -> str:
        """Return the person's name."""
        return row.user.get_full_name()

    @display(description=_("roles"))
    def role_names(self, row: Membership) -> str:
        """Return the roles held, as people read them."""
        return ", ".join(sorted(role.name for role in row.roles.all()))


class ColleagueNewPage(MakePage):
    """Makes somebody a colleague; a link by which they set a password is mailed."""

    title = _("New colleague")
    label = _("Make a colleague")
    permission = "users:create"
    back_url = staticmethod(lambda: reverse("admin:accounts_membership_changelist"))

    def form_class(self) -> type[forms.Form]:
        return ColleagueForm

    def make(self, actor: Actor, request: HttpRequest, values: dict[str, Any]) -> tuple[str, str]:
        membership = user_create(
            actor=actor,
            tenant=tenant_by_id(current_tenant_id()),
            email=values["email"],
            roles=values["roles"],
            profile={name: values[name] for name in ("first_name", "last_name")},
        )
        url = reverse("admin:accounts_membership_change", args=[membership.pk])
        return gettext("A link by which they set a password is on its way."), url


ADMIN_PAGES.fill(
    AdminPage(key="colleague_new", path="colleagues/new/", view=ColleagueNewPage.as_view())
)
ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="colleagues",
        section="company",
        label=_("Colleagues"),
        url_name="admin:accounts_membership_changelist",
        icon="badge",
        permission="users:read",
    )
)
