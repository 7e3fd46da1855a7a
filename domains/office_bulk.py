"""Names in bulk: ask their registrars, renew them or let them run out."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.office_auto_renew import AutoRenewActs
from domains.choices import DomainStatus
from domains.models import Domain
from domains.services.registration import read_back_start
from domains.services.settings import domain_set_auto_renew
from ispplatform.core.actors import Actor
from ispplatform.core.bulk import BULK_ACTS, BulkAct, Done, Terms
from ispplatform.core.bulk.acts import Reasons, Rows
from ispplatform.core.money import Money

MODEL = "domains.domain"
SEE = "domains:read"
CHANGE = "domains:update"
HELD = (DomainStatus.ACTIVE, DomainStatus.EXPIRED)
NOT_HELD = _("It is not registered through us at present.")
Kept = Mapping[str, Any]


def _rows(ids: Collection[UUID]) -> QuerySet[Domain]:
    return Domain.objects.filter(pk__in=ids).select_related("service__subscription__price")


def _renewals(rows: Rows) -> dict[UUID, Money]:
    """Return what the next year of each name is billed with, where somebody pays for it."""
    return {
        row.pk: row.service.subscription.renews_at
        for row in rows
        if row.service is not None and row.service.subscription is not None
    }


def _not_held(rows: Rows, terms: Terms) -> Reasons:
    return {row.pk: str(NOT_HELD) for row in rows if row.status not in HELD}


def _asked(actor: Actor, row: Domain, terms: Terms) -> Done:
    actor.require(CHANGE)
    read_back_start(row, actor=actor)
    return Done(sentence=gettext("The registrar is being asked."))


def _switch(actor: Actor, row: Domain, auto_renew: bool) -> Domain:
    return domain_set_auto_renew(actor=actor, domain=row, enabled=auto_renew)


BULK_ACTS.fill(
    BulkAct(
        name="domains.read_back",
        model=MODEL,
        label=_("Ask the registrar"),
        permission=CHANGE,
        see=SEE,
        run=_asked,
        rows=_rows,
        refusals=_not_held,
        explanation=_("Expiry, holder and name servers are read anew. Nothing is changed there."),
    )
)
AutoRenewActs(
    model=MODEL,
    names=("domains.auto_renew_on", "domains.auto_renew_off"),
    see=SEE,
    change=CHANGE,
    rows=_rows,
    stakes=_renewals,
    impossible=_not_held,
    switch=_switch,
    explanations=(
        _("Each is invoiced and renewed in time, with the subscription behind it."),
        _("They are not renewed, and no further invoice is written for them."),
    ),
).fill()
