"""Bulk acts that programs ask for: the act by its name, the rows by their keys."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from ispplatform.core.actors import Actor
from ispplatform.core.bulk.acts import BULK_ACTS, BulkAct
from ispplatform.core.bulk.services import bulk_choose, bulk_start
from ispplatform.core.errors import InvalidInput
from ispplatform.core.models.bulk import BulkRun

NAMED_MISSING = 10
BY_PROGRAM = "Named by a program"


def bulk_run_asked(actor: Actor, asked: Mapping[str, Any]) -> BulkRun:
    """Return a run of an act that lists offer, which is planned in the background.

    Args:
        asked: ``act``, ``ids``, ``values``, ``is_confirmed`` and ``reason``.

    Raises:
        NotPermitted: no permission for the act, or to see its rows.
        InvalidInput: no list offers the act, an id names no row, or the values do not fit.
        BulkTooLarge.
    """
    act = BULK_ACTS.get(asked["act"])
    if act is None or not act.in_lists:
        raise InvalidInput("There is no such bulk act.", field="act")
    actor.require(act.permission)
    actor.require(act.see)
    ids: Sequence[UUID] = asked["ids"]
    _every_row_is_there(act, ids)
    values = _values(act, asked["values"])
    if not asked["is_confirmed"]:
        return bulk_choose(actor=actor, act=act, ids=ids, values=values, selection=BY_PROGRAM)
    return bulk_start(
        actor=actor,
        act=act,
        ids=ids,
        values=values,
        reason=asked["reason"],
        selection=BY_PROGRAM,
    )


def _every_row_is_there(act: BulkAct, ids: Sequence[UUID]) -> None:
    rows = act.model_class._default_manager.filter(pk__in=ids)
    known = set(rows.values_list("pk", flat=True))
    if missing := [str(one) for one in ids if one not in known]:
        raise InvalidInput(
            f"{len(missing)} of these ids name no row of this list.",
            field="ids",
            missing=missing[:NAMED_MISSING],
        )


def _values(act: BulkAct, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the values as the act's form, which the back office shows, makes them."""
    form = act.form(data=given) if act.form is not None else None
    known = form.fields if form is not None else {}
    for name in given:
        if name not in known:
            raise InvalidInput(f"This act asks for no {name}.", field="values")
    if form is None:
        return {}
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise InvalidInput(f"{name}: {errors[0]}", field="values")
    return dict(form.cleaned_data)
