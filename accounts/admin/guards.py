"""Lost second factors and guarded log-ins: what was announced, stopped, carried out, lifted."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import FactorResetStatus, IdentityCheck
from accounts.models import FactorReset, LoginGuard, PortalAccount
from accounts.services.factor_resets import RESET, factor_reset_stop
from accounts.services.guards import LIFT, guard_lift
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import TenantAdmin
from ispplatform.core.admin.columns import toned_column
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.clock import system_now
from ispplatform.core.pages.statuses import Tone

TONES = {"waiting": Tone.WARN, "stopped": Tone.BAD, "done": Tone.GOOD}


class IdentityForm(forms.Form):
    """How staff made sure to whom they speak."""

    identity_check = forms.ChoiceField(
        label=_("How we know who it is"),
        choices=[("", _("Choose")), *IdentityCheck.choices],
    )
    note = forms.CharField(
        label=_("What was checked"),
        max_length=500,
        widget=forms.Textarea,
        help_text=_("For example the number that was called. Kept in the audit trail."),
    )


def _stop(actor: Actor, row: FactorReset, values: Mapping[str, Any]) -> str:
    factor_reset_stop(actor=actor, user=row.user, note=values["reason"])
    return gettext("Stopped. The second factor stays, and everybody is told.")


def _lift(actor: Actor, row: LoginGuard | PortalAccount, values: Mapping[str, Any]) -> str:
    guard_lift(actor=actor, user=row.user, note=f"{values['identity_check']}: {values['note']}")
    return gettext("Lifted. The customer may go on at once.")


def lift_act(*, name: str, applies: Callable[[Any], bool], tone: str = "plain") -> Act:
    """Return the act that lifts the guards of a row's person."""
    return Act(
        name=name,
        label=_("Lift the guard"),
        permission=LIFT,
        run=_lift,
        form=IdentityForm,
        explanation=_("Make sure first that it is the customer to whom you speak."),
        applies=applies,
        tone=tone,
    )


def _is_guarding(row: LoginGuard) -> bool:
    return row.lifted_at is None and row.ends_at > system_now()


@admin.register(FactorReset)
class FactorResetAdmin(TenantAdmin):
    """Second factors that customers lost."""

    nothing_yet = _(
        "When a customer loses the second factor, its removal stands here for the day in which "
        "it can be stopped. It is announced on the page of the log-in."
    )
    permission_resource = "portal_accounts"
    list_display = (
        "user",
        toned_column("status", TONES, label=_("status")),
        "asked_by",
        "due_at",
        "ended_at",
        "created_at",
    )
    list_filter = ("status",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    acts = (
        Act(
            name="stop",
            label=_("Stop the removal"),
            permission=RESET,
            run=_stop,
            form=ReasonForm,
            explanation=_("The second factor stays. Everybody at the customer is told."),
            applies=lambda row: row.status == FactorResetStatus.WAITING,
            tone="main",
        ),
    )

    def title_of(self, row: FactorReset) -> str:
        return str(row.user)


@admin.register(LoginGuard)
class LoginGuardAdmin(TenantAdmin):
    """Log-ins that for some days do nothing that cannot be taken back."""

    nothing_yet = _(
        "After a change that a thief would make, a log-in can for three days fetch no transfer "
        "code, unlock no domain and change no holder. Such log-ins stand here."
    )
    permission_resource = "portal_accounts"
    list_display = ("user", "reason", "ends_at", "lifted_at", "lifted_by", "created_at")
    list_filter = ("reason",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    acts = (lift_act(name="lift", applies=_is_guarding, tone="main"),)

    def title_of(self, row: LoginGuard) -> str:
        return str(row.user)


ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="factor_resets",
        section="customers",
        label=_("Lost second factors"),
        url_name="admin:accounts_factorreset_changelist",
        icon="phonelink_erase",
        permission="portal_accounts:read",
    ),
    order=121,
)
ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="login_guards",
        section="customers",
        label=_("Guarded log-ins"),
        url_name="admin:accounts_loginguard_changelist",
        icon="shield",
        permission="portal_accounts:read",
    ),
    order=122,
)
