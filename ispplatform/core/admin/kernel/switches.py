"""The stop switch: what is paused, what waits, and the buttons that change it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.admin.pages import StaffPage
from ispplatform.core.errors import InvalidInput
from ispplatform.core.models.switches import OperationSwitch, SwitchScope
from ispplatform.core.operations.decisions import MANAGE
from ispplatform.core.operations.kinds import kinds
from ispplatform.core.providers.selectors import connections_overview
from ispplatform.core.switches.installation import (
    CONFIRM,
    installation_confirm,
    installation_is_confirmed,
)
from ispplatform.core.switches.selectors import operations_waiting, switches_all
from ispplatform.core.switches.services import switch_pause, switch_resume

WAITING_SHOWN = 50


class SwitchesPage(StaffPage):
    """One line for everything, for each kind of operation and for each connection."""

    title = _("Stop switch")
    template_name = "admin/house/switches.html"
    permission = "operations:read"
    manage_permission = MANAGE

    def content(self, request: HttpRequest) -> dict[str, Any]:
        switches = list(switches_all())
        by_kind = {row.kind: row for row in switches if row.scope == SwitchScope.KIND}
        by_connection = {row.connection_id: row for row in switches if row.connection_id}
        everything = next((row for row in switches if row.scope == SwitchScope.TENANT), None)
        waiting = operations_waiting()
        return {
            "is_confirmed": installation_is_confirmed(),
            "may_confirm": self.actor.can(CONFIRM),
            "lines": [
                _line(gettext("Everything"), everything),
                *(
                    _line(connection.name, by_connection.get(connection.pk), connection=connection)
                    for connection in connections_overview()
                ),
                *(
                    _line(kind.label, by_kind.get(kind.name), kind=kind.name)
                    for kind in kinds.all()
                ),
            ],
            "waiting": [
                {"row": row, "label": kinds.label_of(row.kind)} for row in waiting[:WAITING_SHOWN]
            ],
            "waiting_count": waiting.count(),
        }

    def act_pause(self, request: HttpRequest) -> str:
        """Pause what the form names."""
        switch_pause(
            actor=self.actor, reason=request.POST.get("reason", ""), **self._target(request)
        )
        return gettext("Paused. What waits is kept.")

    def act_resume(self, request: HttpRequest) -> str:
        """Resume what the form names."""
        switch_resume(
            actor=self.actor, reason=request.POST.get("reason", ""), **self._target(request)
        )
        return gettext("Running. What waited is sent now.")

    def act_confirm(self, request: HttpRequest) -> str:
        """Let this database act."""
        installation_confirm(actor=self.actor, reason=request.POST.get("reason", ""))
        return gettext("This installation acts from here on.")

    @staticmethod
    def _target(request: HttpRequest) -> dict[str, Any]:
        connection = request.POST.get("connection", "")
        try:
            return {
                "kind": request.POST.get("kind", ""),
                "connection_id": UUID(connection) if connection else None,
            }
        except ValueError:
            raise InvalidInput("There is no such connection.", field="connection") from None


def _line(
    label: str, switch: OperationSwitch | None, *, kind: str = "", connection: Any = None
) -> dict[str, Any]:
    return {
        "label": label,
        "switch": switch,
        "is_paused": switch is not None and switch.is_paused,
        "kind": kind,
        "connection": connection,
        "detail": _("connection") if connection else _("kind of operation") if kind else "",
    }
