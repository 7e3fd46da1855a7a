"""Integrations: named, given two people who answer for them, ended with all they hold."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.errors import IntegrationEnded
from accounts.models import Integration, User
from accounts.selectors.integrations import (
    integrations_living,
    integrations_of_person,
    keys_living,
    people_missing,
    users_with_access,
)
from accounts.services.api_keys import api_key_end
from accounts.services.oauth_clients import client_end
from ispplatform.core.actors import Actor
from ispplatform.core.api.versions import check_version
from ispplatform.core.attention import attention_open, attention_settled
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import DuplicateResource, InvalidInput
from ispplatform.core.subjects import subject_of

MANAGE = "integrations:manage"
PEOPLE = "accounts.integration_people"


def integration_create(
    *,
    actor: Actor,
    name: str,
    responsible_id: UUID,
    deputy_id: UUID | None = None,
    purpose: str = "",
) -> Integration:
    """Make an integration that two colleagues answer for.

    Args:
        deputy_id: the second person; left out only where nobody else works for the company.

    Raises:
        NotPermitted: the actor may not.
        InvalidInput: no name, a person without access, twice the same, or no second one.
        DuplicateResource: a living integration has this name.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        people = _people(responsible_id, deputy_id)
        row = Integration(name=_name(name), purpose=purpose.strip(), **people)
        _save(row)
        audit("accounts.integration_create", actor=actor, subject=subject_of(row), after=_told(row))
        integration_people_check(row)
    return row


def integration_update(
    *,
    actor: Actor,
    integration_id: UUID,
    changes: Mapping[str, Any],
    expected: int | frozenset[int] | None = None,
) -> Integration:
    """Change name, purpose or the people of a living integration.

    Args:
        changes: any of ``name``, ``purpose``, ``responsible_id``, ``deputy_id``.

    Raises:
        NotPermitted, InvalidInput, DuplicateResource: as when one is made.
        IntegrationEnded: it has ended.
        StaleObject: it changed since the caller read it.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        row = Integration.objects.select_for_update().get(pk=integration_id)
        check_version(row, expected)
        if row.ended_at is not None:
            raise IntegrationEnded("This integration has ended.")
        before = _told(row)
        if "name" in changes:
            row.name = _name(changes["name"])
        row.purpose = str(changes.get("purpose", row.purpose)).strip()
        if {"responsible_id", "deputy_id"} & set(changes):
            people = _people(
                changes.get("responsible_id", row.responsible_id),
                changes.get("deputy_id", row.deputy_id),
            )
            row.responsible, row.deputy = people["responsible"], people["deputy"]
        _save(row)
        audit(
            "accounts.integration_update",
            actor=actor,
            subject=subject_of(row),
            before=before,
            after=_told(row),
        )
        integration_people_check(row)
    return row


def integration_end(*, actor: Actor, integration_id: UUID, reason: str = "") -> Integration:
    """End an integration with everything it holds, in one act; its keys are worthless at once.

    Ending an ended one changes nothing.

    Raises:
        NotPermitted: the actor may not.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        row = Integration.objects.select_for_update().get(pk=integration_id)
        if row.ended_at is not None:
            return row
        ended = [key.hint for key in keys_living(row) if api_key_end(actor, key, reason)]
        clients = row.oauth_clients.order_by("created_at")
        clients_ended = [one.name for one in clients if client_end(actor, one, reason)]
        row.ended_at = system_now()
        row.save(update_fields=["ended_at"])
        audit(
            "accounts.integration_end",
            actor=actor,
            subject=subject_of(row),
            reason=reason,
            after={"keys_ended": ended, "clients_ended": clients_ended},
        )
        integration_people_check(row)
    return row


def integration_people_check(integration: Integration) -> bool:
    """Put an integration that two people do not answer for before staff, or take it away again.

    Call it in the transaction that changed something.

    Returns:
        Whether somebody is missing.
    """
    missing = people_missing(integration) if integration.ended_at is None else []
    subject = subject_of(integration)
    if missing:
        sentence = f"The integration {integration.name} needs two people. {' '.join(missing)}"
        attention_open(kind=PEOPLE, subject=subject, sentence=sentence)
    else:
        resolution = "Two people answer for it." if integration.ended_at is None else "It ended."
        attention_settled(kind=PEOPLE, subject=subject, resolution=resolution)
    return bool(missing)


def integrations_of_person_check(user_id: UUID) -> None:
    """Look at the integrations of somebody who left or came back; in that transaction."""
    for row in integrations_of_person(user_id).select_related("responsible", "deputy"):
        integration_people_check(row)


def integration_hand_over(
    *, actor: Actor, integration: Integration, leaving: User, follower: User
) -> None:
    """Let a colleague answer for an integration in place of one who leaves; who may is decided
    before.

    Raises:
        InvalidInput: the follower answers for it already.
    """
    row = Integration.objects.select_for_update().get(pk=integration.pk)
    before = _told(row)
    if follower.pk in (row.responsible_id, row.deputy_id):
        raise InvalidInput(
            f"{follower.email} answers for {row.name} already: name somebody else.",
            field=f"follower_{row.pk}",
        )
    if row.responsible_id == leaving.pk:
        row.responsible = follower
    else:
        row.deputy = follower
    row.save(update_fields=["responsible", "deputy"])
    audit(
        "accounts.integration_hand_over",
        actor=actor,
        subject=subject_of(row),
        before=before,
        after=_told(row),
    )


def integrations_check() -> int:
    """Look at every living integration of the tenant in force; return how many lack people."""
    rows = integrations_living().select_related("responsible", "deputy")
    return sum(integration_people_check(row) for row in rows)


def _people(responsible_id: UUID, deputy_id: UUID | None) -> dict[str, User | None]:
    inside = {user.pk: user for user in users_with_access().order_by("pk")}
    if responsible_id not in inside:
        raise InvalidInput(
            "Name a colleague with access who answers for it.", field="responsible_id"
        )
    if deputy_id is None:
        if len(inside) > 1:
            raise InvalidInput("Name a second colleague who answers for it.", field="deputy_id")
        return {"responsible": inside[responsible_id], "deputy": None}
    if deputy_id == responsible_id:
        raise InvalidInput("Name two different people.", field="deputy_id")
    if deputy_id not in inside:
        raise InvalidInput("Name a second colleague with access.", field="deputy_id")
    return {"responsible": inside[responsible_id], "deputy": inside[deputy_id]}


def _name(text: str) -> str:
    name = text.strip()
    if not name:
        raise InvalidInput("Give it a name.", field="name")
    return name


def _save(row: Integration) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise DuplicateResource(
            "There is an integration of this name already.", field="name"
        ) from None


def _told(row: Integration) -> dict[str, object]:
    return {
        "name": row.name,
        "purpose": row.purpose,
        "responsible": row.responsible.email,
        "deputy": row.deputy.email if row.deputy is not None else "",
    }
