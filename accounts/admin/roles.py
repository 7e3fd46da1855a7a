"""Roles: what each allows, and who holds it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.act_pages import MakePage
from accounts.admin.permission_choices import customer_permission_choices, permission_choices
from accounts.models import Membership, MembershipRole, Role
from accounts.rules.seeded_roles import CUSTOMER_ROLE
from accounts.selectors.principals import role_permissions
from accounts.services.roles import role_create, role_delete, role_update
from ispplatform.core.actors import EVERYTHING, Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.admin.base import MadeOnAPage, ReadOnlyInline, TenantAdmin
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage
from ispplatform.core.permissions import declared_permissions


class GrantsForm(forms.Form):
    """What a role allows."""

    permissions = forms.MultipleChoiceField(
        label=_("Allowed"),
        choices=permission_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class CustomerGrantsForm(forms.Form):
    """What customers may do in the portal."""

    permissions = forms.MultipleChoiceField(
        label=_("Allowed"),
        choices=customer_permission_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class RoleForm(GrantsForm):
    """A role of the company's own."""

    code = forms.SlugField(label=_("Short name"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(label=_("What it is for"), max_length=300, required=False)
    field_order = ("name", "code", "description", "permissions")


def _set_grants(actor: Actor, row: Role, values: Mapping[str, Any]) -> str:
    role_update(actor=actor, role=row, grants=values["permissions"])
    return gettext("Everybody who holds this role is judged by it from their next click on.")


def _delete(actor: Actor, row: Role, values: Mapping[str, Any]) -> str:
    role_delete(actor=actor, role=row)
    return gettext("The role is gone.")


class HoldersInline(ReadOnlyInline):
    """Who holds the role."""

    model = MembershipRole
    fields = ("membership", "created_at")
    ordering = ("-id",)
    verbose_name_plural = _("held by")


@admin.register(Role)
class RoleAdmin(MadeOnAPage):
    """The roles of the company."""

    create_permission = "roles:manage"
    make_page = "admin:role_new"

    nothing_yet = _("Roles say what colleagues may do.")
    permission_resource = "roles"
    list_display = ("name", "description", "is_seeded", "is_customised")
    search_fields = ("name", "code")
    fields = ("name", "code", "description", "is_seeded", "is_customised", "allowed")
    readonly_fields = ("allowed",)
    inlines = (HoldersInline,)
    acts = (
        Act(
            name="grants",
            label=_("Change what it allows"),
            permission="roles:manage",
            run=_set_grants,
            form_for=lambda row: CustomerGrantsForm if row.code == CUSTOMER_ROLE else GrantsForm,
            initial=lambda row: {"permissions": sorted(role_permissions(row))},
        ),
        Act(
            name="delete",
            label=_("Delete"),
            permission="roles:manage",
            run=_delete,
            explanation=_("Nobody may hold the role any more."),
            applies=lambda row: not row.is_seeded,
            tone="danger",
            leads_to=lambda row: reverse("admin:accounts_role_changelist"),
        ),
    )

    @display(description=_("allows"))
    def allowed(self, row: Role) -> SafeString:
        """Return the permissions as sentences."""
        codes = role_permissions(row)
        if EVERYTHING in codes:
            return format_html_join("", "{}", [(gettext("Everything"),)])
        labels = {one.code: one.label for one in declared_permissions()}
        return format_html_join(
            "\n",
            "{} <code>{}</code><br>",
            [(labels.get(code, ""), code) for code in sorted(codes)],
        )


class RoleNewPage(MakePage):
    """Makes a role of the company's own."""

    title = _("New role")
    label = _("Make the role")
    permission = "roles:manage"
    back_url = staticmethod(lambda: reverse("admin:accounts_role_changelist"))

    def form_class(self) -> type[forms.Form]:
        return RoleForm

    def make(self, actor: Actor, request: HttpRequest, values: dict[str, Any]) -> tuple[str, str]:
        role = role_create(
            actor=actor,
            code=values["code"],
            name=values["name"],
            description=values["description"],
            grants=values["permissions"],
        )
        return gettext("The role is made."), reverse("admin:accounts_role_change", args=[role.pk])


@admin.register(MembershipRole)
class MembershipRoleAdmin(TenantAdmin):
    """Who holds what, as a flat list."""

    nothing_yet = _("Which colleague holds which role stands here.")
    permission_resource = "roles"
    list_display = ("membership", "role", "created_at")
    list_filter = ("role",)

    def title_of(self, row: MembershipRole) -> str:
        return f"{row.membership}: {row.role}"

    list_select_related = ("membership__user", "role")

    def has_change_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return False


ADMIN_PAGES.fill(AdminPage(key="role_new", path="roles/new/", view=RoleNewPage.as_view()))
ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="roles",
        section="company",
        label=_("Roles"),
        url_name="admin:accounts_role_changelist",
        icon="admin_panel_settings",
        permission="roles:read",
    )
)
