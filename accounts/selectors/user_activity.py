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
    """Return the entries of the tenant's trail about a person or by them, with their ``kind``.

    What colleagues do who see the portal as this customer is theirs: ``on_behalf_of`` says it.
    """
    accounts = dict(PortalAccount.objects.filter(user_id=user_id).values_list("pk", "customer_id"))
    own = [str(user_id), *map(str, accounts)]
    kinds = [ActorType.USER, ActorType.ANONYMOUS, ActorType.CUSTOMER]
    return AuditEntry.objects.filter(_found(user_id, accounts)).annotate(
        kind=Case(
            When(act__in=CAME_IN, then=Value(ActivityKind.ACCESS)),
            When(actor_type__in=kinds, actor_id__in=own, then=Value(ActivityKind.DONE_BY)),
            default=Value(ActivityKind.DONE_TO),
            output_field=CharField(),
        )
    )


def _found(user_id: UUID, accounts: Mapping[UUID, UUID]) -> Q:
    """Return the condition for a person's entries; each part of it has an index.

    What they did by a mailed link, as nobody who is logged in, is about themselves.
    """
    wanted = Q(subject_type=USER, subject_id=user_id)
    wanted |= Q(actor_type=ActorType.USER, actor_id=str(user_id))
    if accounts:
        wanted |= Q(
            customer_id__in=set(accounts.values()),
            actor_type=ActorType.CUSTOMER,
            actor_id__in=[str(pk) for pk in accounts],
        )
    return wanted


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
