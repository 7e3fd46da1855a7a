"""Colleagues in bulk: people of a file invited, roles, shutting out and letting in."""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import MembershipStatus
from accounts.models import ImportedPerson, Membership, Role, StaffInvitation
from accounts.rules.seeded_roles import CUSTOMER_ROLE, ROLE_SYNONYMS
from accounts.selectors.invitations import open_invitations
from accounts.services.imports import ACT, IMPORT
from accounts.services.invitations import invitation_cancel, invitation_create
from accounts.services.roles import membership_set_roles
from accounts.services.users import membership_set_status
from accounts.tenant_settings import INVITATIONS_A_MINUTE
from ispplatform.core.actors import Actor
from ispplatform.core.bulk import BULK_ACTS, BulkAct, Done, Terms, Undo
from ispplatform.core.bulk.acts import Reasons, Rows
from ispplatform.core.errors import RuleViolation
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

Kept = Mapping[str, Any]
MODEL = "accounts.membership"
SEE = "users:read"
ASSIGN = "roles:assign"
CHANGE = "users:update"
CHANGED_SINCE = _("It was changed again since.")
SO_ALREADY = _("It is so already.")


# ------------------------------------------------------------------------------ people of a file


def _invite(actor: Actor, row: ImportedPerson, terms: Terms) -> Done:
    invitation = invitation_create(
        actor=actor,
        tenant=tenant_by_id(current_tenant_id()),
        email=row.email,
        roles=row.roles,
        first_name=row.first_name,
        last_name=row.last_name,
    )
    ImportedPerson.objects.filter(pk=row.pk).update(invitation=invitation)
    return Done(sentence=gettext("Invited."), memory={"invitation": str(invitation.pk)})


def _not_invited(rows: Rows, terms: Terms) -> Reasons:
    addresses = {row.email for row in rows if not row.problem}
    working = dict(
        Membership.objects.filter(user__email__in=addresses).values_list("user__email", "status")
    )
    invited = set(
        StaffInvitation.objects.filter(open_invitations(), email__in=addresses).values_list(
            "email", flat=True
        )
    )
    reasons = {}
    for row in rows:
        if row.problem:
            reasons[row.pk] = f"{row.column}: {row.problem}" if row.column else row.problem
        elif working.get(row.email) == MembershipStatus.ENDED:
            reasons[row.pk] = gettext("This person worked here before: let them in again.")
        elif row.email in working:
            reasons[row.pk] = gettext("This person works here already.")
        elif row.email in invited:
            reasons[row.pk] = gettext("This person is invited already.")
    return reasons


def _take_invitation_back(actor: Actor, row: ImportedPerson, kept: Kept, terms: Terms) -> str:
    invitation_cancel(actor=actor, invitation_id=UUID(kept["invitation"]))
    return gettext("The invitation is withdrawn.")


# ------------------------------------------------------------------------------------ colleagues


class RoleForm(forms.Form):
    """Asks for a role."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = Role.objects.exclude(code=CUSTOMER_ROLE).order_by("name")
        self.fields["role"].choices = list(  # type: ignore[attr-defined]
            roles.values_list("code", "name")
        )


def _rows(ids: Collection[UUID]) -> QuerySet[Membership]:
    people = Membership.objects.filter(pk__in=ids).select_related("user")
    return people.prefetch_related("roles")


def _codes(row: Membership) -> list[str]:
    return sorted(role.code for role in row.roles.all())


def _with(row: Membership, code: str) -> list[str]:
    return sorted({*_codes(row), code})


def _without(row: Membership, code: str) -> list[str]:
    return sorted(set(_codes(row)) - {code})


def _changing_roles(
    wanted: Callable[[Membership, str], list[str]],
) -> Callable[[Actor, Any, Terms], Done]:
    def run(actor: Actor, row: Membership, terms: Terms) -> Done:
        before, after = _codes(row), wanted(row, terms.values["role"])
        membership_set_roles(actor=actor, membership=row, codes=after)
        return Done(memory={"roles": before, "after": after})

    return run


def _differing(
    wanted: Callable[[Membership, str], list[str]],
) -> Callable[[Rows, Terms], Reasons]:
    def refusals(rows: Rows, terms: Terms) -> Reasons:
        code = terms.values["role"]
        return {row.pk: str(SO_ALREADY) for row in rows if wanted(row, code) == _codes(row)}

    return refusals


def _roles_back(actor: Actor, row: Membership, kept: Kept, terms: Terms) -> str:
    if _codes(row) != kept["after"]:
        raise RuleViolation(str(CHANGED_SINCE))
    membership_set_roles(actor=actor, membership=row, codes=kept["roles"])
    return gettext("The roles are as they were.")


def _setting(status: MembershipStatus) -> Callable[[Actor, Any, Terms], Done]:
    def run(actor: Actor, row: Membership, terms: Terms) -> Done:
        before = row.status
        membership_set_status(actor=actor, membership=row, status=status, reason=terms.reason)
        return Done(memory={"status": before, "after": status})

    return run


def _not_so(status: MembershipStatus) -> Callable[[Rows, Terms], Reasons]:
    def refusals(rows: Rows, terms: Terms) -> Reasons:
        return {row.pk: str(SO_ALREADY) for row in rows if row.status == status}

    return refusals


def _status_back(actor: Actor, row: Membership, kept: Kept, terms: Terms) -> str:
    if row.status != kept["after"]:
        raise RuleViolation(str(CHANGED_SINCE))
    membership_set_status(
        actor=actor, membership=row, status=MembershipStatus(kept["status"]), reason=terms.reason
    )
    return gettext("It is as it was before.")


# --------------------------------------------------------------------- several fields, by program


def _changes(row: Membership, terms: Terms) -> tuple[list[str], str]:
    """Return the roles and the status that a colleague would have."""
    fields = terms.values["fields"]
    roles = set(fields["roles"]) if "roles" in fields else set(_codes(row))
    roles |= set(fields.get("add_roles", ()))
    roles -= set(fields.get("remove_roles", ()))
    named = {ROLE_SYNONYMS.get(code, code) for code in roles}
    return sorted(named), str(fields.get("status", row.status))


def _update(actor: Actor, row: Membership, terms: Terms) -> Done:
    before = {"roles": _codes(row), "status": str(row.status)}
    roles, status = _changes(row, terms)
    _set(actor, row, roles, status, terms.reason)
    return Done(memory={"before": before, "after": {"roles": roles, "status": status}})


def _set(actor: Actor, row: Membership, roles: list[str], status: str, reason: str) -> None:
    if roles != _codes(row):
        membership_set_roles(actor=actor, membership=row, codes=roles)
    if status != row.status:
        membership_set_status(
            actor=actor, membership=row, status=MembershipStatus(status), reason=reason
        )


def _nothing_to_change(rows: Rows, terms: Terms) -> Reasons:
    return {
        row.pk: str(SO_ALREADY)
        for row in rows
        if _changes(row, terms) == (_codes(row), str(row.status))
    }


def _update_back(actor: Actor, row: Membership, kept: Kept, terms: Terms) -> str:
    if {"roles": _codes(row), "status": str(row.status)} != kept["after"]:
        raise RuleViolation(str(CHANGED_SINCE))
    before = kept["before"]
    _set(actor, row, before["roles"], before["status"], terms.reason)
    return gettext("It is as it was before.")


def _field_words(values: Mapping[str, Any]) -> str:
    return ", ".join(name.replace("_", " ") for name in values["fields"])


BULK_ACTS.fill(
    BulkAct(
        name=ACT,
        model="accounts.importedperson",
        label=_("Invite people of a file"),
        permission=IMPORT,
        see=SEE,
        run=_invite,
        title=lambda values: gettext("Invite people of %(file)s") % {"file": values["file_name"]},
        refusals=_not_invited,
        customer_of=lambda row: None,
        explanation=_("Each gets a mail with a link; nobody is made before they follow it."),
        undo=Undo(run=_take_invitation_back, explanation=_("Open invitations are withdrawn.")),
        in_lists=False,
        a_minute=INVITATIONS_A_MINUTE,
    )
)
for _name, _label, _wanted in (
    ("accounts.role_add", _("Give a role"), _with),
    ("accounts.role_remove", _("Take a role away"), _without),
):
    BULK_ACTS.fill(
        BulkAct(
            name=_name,
            model=MODEL,
            label=_label,
            permission=ASSIGN,
            see=SEE,
            run=_changing_roles(_wanted),
            rows=_rows,
            form=RoleForm,
            refusals=_differing(_wanted),
            customer_of=lambda row: None,
            undo=Undo(run=_roles_back),
        ),
        order=10,
    )
BULK_ACTS.fill(
    BulkAct(
        name="accounts.suspend",
        model=MODEL,
        label=_("Suspend"),
        permission=CHANGE,
        see=SEE,
        run=_setting(MembershipStatus.SUSPENDED),
        rows=_rows,
        refusals=_not_so(MembershipStatus.SUSPENDED),
        customer_of=lambda row: None,
        needs_reason=True,
        explanation=_("All their log-ins end."),
        undo=Undo(run=_status_back),
        tone="danger",
    ),
    order=20,
)
BULK_ACTS.fill(
    BulkAct(
        name="accounts.let_in",
        model=MODEL,
        label=_("Let in again"),
        permission=CHANGE,
        see=SEE,
        run=_setting(MembershipStatus.ACTIVE),
        rows=_rows,
        refusals=_not_so(MembershipStatus.ACTIVE),
        customer_of=lambda row: None,
        undo=Undo(run=_status_back),
    ),
    order=20,
)
BULK_ACTS.fill(
    BulkAct(
        name="accounts.update",
        model=MODEL,
        label=_("Change colleagues"),
        permission=CHANGE,
        see=SEE,
        run=_update,
        rows=_rows,
        title=lambda values: gettext("Change %(fields)s") % {"fields": _field_words(values)},
        refusals=_nothing_to_change,
        customer_of=lambda row: None,
        undo=Undo(run=_update_back),
        in_lists=False,
    )
)
