"""Renewing many by themselves, or letting them run out: the same two acts for whatever renews."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.bulk import BULK_ACTS, BulkAct, Done, Terms, Undo
from ispplatform.core.bulk.acts import Reasons, Rows
from ispplatform.core.money import Money


@dataclass(frozen=True, kw_only=True, slots=True)
class AutoRenewActs:
    """The two acts for one kind of row; each is undone by the other.

    Args:
        names: of the act that lets them renew, and of the one that lets them run out.
        see, change: the permissions to see the rows and to switch them.
        impossible: which rows cannot be switched at all, with why.
        switch: calls the service for one row; True lets it renew.
        explanations: what renewing and running out mean for these rows.
    """

    model: str
    names: tuple[str, str]
    see: str
    change: str
    rows: Callable[[Collection[UUID]], QuerySet[Any]]
    stakes: Callable[[Rows], Mapping[UUID, Money]]
    impossible: Callable[[Rows, Terms], Reasons]
    switch: Callable[[Actor, Any, bool], object]
    explanations: tuple[Promise, Promise]

    def fill(self) -> None:
        """Offer both acts."""
        common: dict[str, Any] = {
            "model": self.model,
            "permission": self.change,
            "see": self.see,
            "rows": self.rows,
            "stakes": self.stakes,
        }
        BULK_ACTS.fill(
            BulkAct(
                name=self.names[0],
                label=_("Renew by themselves"),
                run=self._switched(True),
                refusals=self._as_wished(True),
                explanation=self.explanations[0],
                undo=self._switched_back(False),
                **common,
            )
        )
        BULK_ACTS.fill(
            BulkAct(
                name=self.names[1],
                label=_("Let them run out"),
                run=self._switched(False),
                refusals=self._as_wished(False),
                needs_reason=True,
                explanation=self.explanations[1],
                undo=self._switched_back(True),
                tone="danger",
                **common,
            )
        )

    def _as_wished(self, auto_renew: bool) -> Callable[[Rows, Terms], Reasons]:
        def refusals(rows: Rows, terms: Terms) -> Reasons:
            found = dict(self.impossible(rows, terms))
            so_already = gettext("It is so already.")
            return found | {
                row.pk: so_already
                for row in rows
                if row.pk not in found and row.auto_renew is auto_renew
            }

        return refusals

    def _switched(self, auto_renew: bool) -> Callable[[Actor, Any, Terms], Done]:
        def run(actor: Actor, row: Any, terms: Terms) -> Done:
            self.switch(actor, row, auto_renew)
            return Done()

        return run

    def _switched_back(self, auto_renew: bool) -> Undo:
        def run(actor: Actor, row: Any, kept: Mapping[str, Any], terms: Terms) -> str:
            self.switch(actor, row, auto_renew)
            return gettext("It is as it was before.")

        def refusals(rows: Rows, kept: Mapping[UUID, Mapping[str, Any]]) -> Reasons:
            return self._as_wished(auto_renew)(rows, Terms())

        return Undo(run=run, refusals=refusals)
