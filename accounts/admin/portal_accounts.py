"""Customers' log-ins."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.colleagues import SessionInline
from accounts.admin.guards import IdentityForm, lift_act
from accounts.choices import PortalAccountStatus
from accounts.models import PortalAccount, Session
from accounts.selectors.guards import guards_now, resets_waiting
from accounts.selectors.second_factors import is_protected
from accounts.services.factor_resets import RESET, factor_reset_ask
from accounts.services.lockouts import account_unlock
from accounts.services.portal_accounts import portal_account_invite, portal_account_set_status
from accounts.services.sessions import sessions_end
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import TenantAdmin
from ispplatform.core.admin.columns import toned_column
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.pages.statuses import Tone
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

TONES = {"active": Tone.GOOD, "pending": Tone.WARN, "disabled": Tone.BAD}
MANAGE = "portal_accounts:manage"


def _invite(actor: Actor, row: PortalAccount, values: Mapping[str, Any]) -> str:
    tenant = tenant_by_id(current_tenant_id())
    portal_account_invite(actor=actor, tenant=tenant, account=row)
    return gettext("The mail is on its way.")


def _disable(actor: Actor, row: PortalAccount, values: Mapping[str, Any]) -> str:
    portal_account_set_status(
        actor=actor, account=row, status=PortalAccountStatus.DISABLED, reason=values["reason"]
    )
    return gettext("Disabled. All log-ins have ended.")


def _enable(actor: Actor, row: PortalAccount, values: Mapping[str, Any]) -> str:
    portal_account_set_status(
        actor=actor, account=row, status=PortalAccountStatus.ACTIVE, reason=values["reason"]
    )
    return gettext("This customer may log in again.")


def _end_log_ins(actor: Actor, row: PortalAccount, values: Mapping[str, Any]) -> str:
    mine = Session.objects.filter(portal_account=row)
    ended = sessions_end(actor=actor, sessions=mine, reason="Ended by staff.")
    return gettext("%(count)d log-ins have ended.") % {"count": ended}


def _unlock(actor: Actor, row: PortalAccount, values: Mapping[str, Any]) -> str:
    if account_unlock(actor=actor, user=row.user, permission=MANAGE):
        return gettext("This customer may try again at once.")
    return gettext("The account was not locked.")


def _lost(actor: Actor, row: PortalAccount, values: Mapping[str, Any]) -> str:
    reset = factor_reset_ask(
        actor=actor,
        tenant=tenant_by_id(current_tenant_id()),
        account=row,
        identity_check=values["identity_check"],
        note=values["note"],
    )
    told = gettext("Everybody at the customer is told. It is removed on %(due)s.")
    return told % {"due": _moment(reset.due_at)}


def _moment(moment: datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")


@admin.register(PortalAccount)
class PortalAccountAdmin(TenantAdmin):
    """The people who log in as customers."""

    nothing_yet = _(
        "Customers who can log in to the portal stand here. A log-in is made on the "
        "customer's page."
    )
    permission_resource = "portal_accounts"
    list_display = (
        "portal_id",
        "user",
        "full_name",
        toned_column("status", TONES, label=_("status")),
        "created_at",
    )
    search_fields = ("portal_id", "user__email", "user__first_name", "user__last_name")
    list_filter = ("status",)
    list_select_related = ("user",)
    inlines = (SessionInline,)
    acts = (
        Act(
            name="invite",
            label=_("Mail a password link"),
            permission=MANAGE,
            run=_invite,
            explanation=_("With it the customer sets a password; it also confirms the address."),
        ),
        Act(name="unlock", label=_("Unlock"), permission=MANAGE, run=_unlock),
        Act(
            name="lost_factor",
            label=_("Second factor lost"),
            button=_("Announce the removal"),
            permission=RESET,
            run=_lost,
            form=IdentityForm,
            explanation=_(
                "Ask for a recovery code first. Without one, make sure that it is the customer: "
                "the removal is announced to everybody at the customer, each of them can stop it, "
                "and it is carried out a day later. Then the log-in is guarded for three days."
            ),
            applies=lambda row: is_protected(row.user) and not resets_waiting(row.user_id).exists(),
        ),
        lift_act(name="lift_guard", applies=lambda row: guards_now(row.user_id).exists()),
        Act(
            name="end",
            label=_("End all log-ins"),
            permission="sessions:manage",
            run=_end_log_ins,
            explanation=_("Every browser and program of this customer is logged out."),
        ),
        Act(
            name="disable",
            label=_("Disable"),
            permission=MANAGE,
            run=_disable,
            form=ReasonForm,
            applies=lambda row: row.status == PortalAccountStatus.ACTIVE,
            tone="danger",
        ),
        Act(
            name="enable",
            label=_("Enable"),
            permission=MANAGE,
            run=_enable,
            form=ReasonForm,
            applies=lambda row: row.status == PortalAccountStatus.DISABLED,
        ),
    )

    def next_of(self, row: PortalAccount) -> Sequence[str]:
        """Return what waits for this log-in: the end of its second factor, or of a guard."""
        sentences = [*super().next_of(row)]
        if reset := resets_waiting(row.user_id).first():
            words = gettext("The second factor is removed on %(due)s unless somebody stops it.")
            sentences.append(words % {"due": _moment(reset.due_at)})
        if guard := guards_now(row.user_id).first():
            words = gettext(
                "Guarded until %(until)s: no transfer code, no unlocking, no new holder."
            )
            sentences.append(words % {"until": _moment(guard.ends_at)})
        return sentences

    @display(description=_("name"), ordering="user__last_name")
    def full_name(self, row: PortalAccount) -> str:
        """Return the person's name."""
        return row.user.get_full_name()


ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="portal_accounts",
        section="customers",
        label=_("Customer log-ins"),
        url_name="admin:accounts_portalaccount_changelist",
        icon="key",
        permission="portal_accounts:read",
    ),
    order=120,
)
