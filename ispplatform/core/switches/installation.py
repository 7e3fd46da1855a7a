"""Whether this database still belongs to this installation, or is a copy that must not act.

An id lies in the database and, outside it, in the data directory (or in ``INSTALLATION_ID`` where
several machines share a database). After a restore or in a staging copy they differ, and nothing
is sent until a person who has seen what waits says so.
"""

import os
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.models.switches import Installation
from ispplatform.core.subjects import Subject

CONFIRM = "installation:confirm"


def installation_is_confirmed() -> bool:
    """Tell whether the ids agree; a fresh database takes the id that it finds, or a new one."""
    kept = Installation.objects.filter(pk=1).values_list("installation_id", flat=True).first()
    if kept is None:
        kept = _adopt()
    return kept == _outside_id()


def installation_is_confirmed_and(condition: Exists) -> tuple[bool, bool]:
    """Tell whether the ids agree, and in the same query whether something else is so."""
    rows = Installation.objects.filter(pk=1).annotate(is_so=condition)
    found = rows.values_list("installation_id", "is_so").first()
    if found is None:
        _adopt()
        return installation_is_confirmed_and(condition)
    kept, is_so = found
    return kept == _outside_id(), bool(is_so)


def installation_confirm(*, actor: Actor, reason: str) -> None:
    """Let this database act from here on: the person has seen the operations that wait.

    A copy gets an id of its own, so that the original it was made from keeps its own.

    Raises:
        NotPermitted.
        InvalidInput: no reason.
    """
    actor.require(CONFIRM)
    if not reason.strip():
        raise InvalidInput("Say why this copy may act.", field="reason")
    fresh = _from_environment() or uuid4()
    with transaction.atomic():
        before = Installation.objects.filter(pk=1).values_list("installation_id", flat=True).first()
        Installation.objects.update_or_create(
            pk=1,
            defaults={
                "installation_id": fresh,
                "confirmed_by_label": actor.label[:200],
                "confirmed_at": system_now(),
            },
        )
        audit(
            "core.installation_confirm",
            actor=actor,
            subject=Subject(type="core.installation", id=fresh, label="installation"),
            reason=reason,
            before={"installation_id": before},
            after={"installation_id": fresh},
        )
        transaction.on_commit(lambda: _write_outside(fresh))


def installation_forget() -> None:
    """Forget the id outside the database: the next start finds a stranger's database and waits.

    ``make restore`` calls this, because a backup of this very installation carries its id.
    """
    settings.INSTALLATION_ID_FILE.unlink(missing_ok=True)


def _adopt() -> UUID:
    found = _outside_id()
    if found is None:
        found = uuid4()
        _write_outside(found)
    try:
        with transaction.atomic():
            Installation.objects.create(pk=1, installation_id=found)
    except IntegrityError:  # another process was faster
        return Installation.objects.values_list("installation_id", flat=True).get(pk=1)
    return found


def _outside_id() -> UUID | None:
    if (known := _from_environment()) is not None:
        return known
    try:
        return UUID(settings.INSTALLATION_ID_FILE.read_text().strip())
    except (FileNotFoundError, ValueError):
        return None


def _from_environment() -> UUID | None:
    return UUID(settings.INSTALLATION_ID) if settings.INSTALLATION_ID else None


def _write_outside(installation_id: UUID) -> None:
    """Write the file whole or not at all; with an id from the environment there is none."""
    if _from_environment() is not None:
        return
    path = settings.INSTALLATION_ID_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_text(f"{installation_id}\n")
    unfinished.replace(path)
