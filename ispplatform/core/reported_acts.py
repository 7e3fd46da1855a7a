"""Which acts of a colleague stand in the report about them: apps say it from ``wiring.py``."""

from dataclasses import dataclass

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from ispplatform.core.slots import Slot


class ReportKind(TextChoices):
    """What a report of access tells about, in its order."""

    EXPORTS = "exports", _("Exports")
    REFUNDS = "refunds", _("Refunds and credit given")
    SECRETS = "secrets", _("Secrets entered or seen")
    KEYS = "keys", _("Keys and tokens made")
    VIEWS = "views", _("Portal seen as a customer")
    PEOPLE = "people", _("Access given to others")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedAct:
    """An act of the audit trail that a report tells about.

    Args:
        act: as in ``audit()``.
        unless: entries of this act that do not count, by columns of ``AuditEntry``.
    """

    act: str
    kind: ReportKind
    unless: Q | None = None


REPORTED_ACTS: Slot[ReportedAct] = Slot("core.reported_acts", key=lambda item: item.act)


def report_acts(kind: ReportKind, *acts: str) -> None:
    """Let acts stand in the report under this kind."""
    for act in acts:
        REPORTED_ACTS.fill(ReportedAct(act=act, kind=kind))
