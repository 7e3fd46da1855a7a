"""The second wall's key: ``app.tenant`` always says what the running code's scope says."""

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from ispplatform.core.tenancy.context import current_scope

ALL_TENANTS = "*"


def wanted_tenant() -> str:
    """Return what ``app.tenant`` must hold now: an id, ``*``, or nothing outside any scope."""
    scope = current_scope()
    if scope is None:
        return ""
    return str(scope.tenant_id) if scope.tenant_id else ALL_TENANTS


class DatabaseWrapper(base.DatabaseWrapper):
    """Sets ``app.tenant`` before the first statement whenever it differs from the last.

    The setting is transactional on the server: a rollback (also of a savepoint) may bring an
    older value back, so whatever was rolled back leaves it unknown here.
    """

    _bound_tenant: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._bind_tenant)

    def _bind_tenant(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        wanted = wanted_tenant()
        if wanted != self._bound_tenant and self._can_bind():
            with self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute("SELECT set_config('app.tenant', %s, false)", [wanted])
            self._bound_tenant = wanted
        return execute(sql, params, many, context)

    def _can_bind(self) -> bool:
        """A failed transaction only takes its rollback, which needs no tenant."""
        status = self.connection.info.transaction_status
        return status is not TransactionStatus.INERROR

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._bound_tenant = None
        return super().get_new_connection(conn_params)

    def _close(self) -> None:
        self._bound_tenant = None
        super()._close()  # type: ignore[misc] # the stubs leave it out

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc] # the stubs leave it out
        self._bound_tenant = None

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc] # the stubs leave it out
        self._bound_tenant = None
