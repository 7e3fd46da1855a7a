"""What a person did and what was done to them, and their log-ins: from the audit trail."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Q, QuerySet, Value, When

from accounts.choices import ActivityKind
from accounts.models import PortalAccount
from accounts.rules.devices import device_name
from ispplatform.core.actors import ActorType
from ispplatform.core.models import AuditEntry

USER = "accounts.user"
# Acts about a person that are attempts to come in, and whether they succeeded.
CAME_IN: Mapping[str, bool] = {
    "accounts.log_in": True,
    "accounts.oauth_log_in": True,
    "accounts.session_move": True,
    "accounts.log_in_refused": False,
    "accounts.passkey_refused": False,
    "accounts.sign_on_refused": False,
    "accounts.proof_refused": False,
}


def user_activity(user_id: UUID) -> QuerySet[AuditEntry]:
    """Return the entries of the tenant's trail about a person or by them, with their ``kind``."""
    by = _done_by(user_id)
    return AuditEntry.objects.filter(Q(subject_type=USER, subject_id=user_id) | by).annotate(
        kind=Case(
            When(act__in=CAME_IN, then=Value(ActivityKind.ACCESS)),
            When(by, then=Value(ActivityKind.DONE_BY)),
            default=Value(ActivityKind.DONE_TO),
            output_field=CharField(),
        )
    )


def outcome_of(act: str) -> str:
    """Return ``succeeded`` or ``refused`` of an attempt to come in; empty for other acts."""
    if act not in CAME_IN:
        return ""
    return "succeeded" if CAME_IN[act] else "refused"


def address_of(act: str, after: Any) -> str:
    """Return the IP address of an attempt to come in; empty when it is not known."""
    return str(_known(act, after).get("ip_address") or "")


def device_of(act: str, after: Any) -> str:
    """Return what people call the device of an attempt to come in; empty when not known."""
    agent = str(_known(act, after).get("device") or "")
    return device_name(agent) if agent else ""


def _known(act: str, after: Any) -> Mapping[str, Any]:
    return after if act in CAME_IN and isinstance(after, Mapping) else {}


def _done_by(user_id: UUID) -> Q:
    """Return the condition for what a person did: as a colleague, by a mailed link, as customers.

    What colleagues do who see the portal as this customer is theirs: ``on_behalf_of`` says it.
    """
    return Q(
        actor_type__in=[ActorType.USER, ActorType.ANONYMOUS, ActorType.CUSTOMER],
        actor_id__in=[str(user_id), *_account_ids(user_id)],
    )


def _account_ids(user_id: UUID) -> list[str]:
    found = PortalAccount.objects.filter(user_id=user_id).values_list("pk", flat=True)
    return [str(pk) for pk in found]
