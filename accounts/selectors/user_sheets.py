"""People as rows of a file: what staff may know of them, and no secret."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.selectors.second_factors import has_factor
from accounts.selectors.users import role_codes_of
from ispplatform.core.tenancy.context import tenant_context

COLUMNS = (
    "id",
    "email",
    "username",
    "first_name",
    "last_name",
    "phone",
    "roles",
    "status",
    "is_owner",
    "has_second_factor",
    "email_verified_at",
    "last_login",
    "created_at",
)
_READ = (
    "pk",
    "email",
    "username",
    "first_name",
    "last_name",
    "phone",
    "status",
    "is_owner",
    "has_factor",
    "email_verified_at",
    "last_login_at",
    "date_joined",
)
ROWS_AT_ONCE = 500


def user_sheet_rows(people: QuerySet[User], *, tenant_id: UUID) -> Iterator[Sequence[Any]]:
    """Give the people of a queryset of ``users_of_tenant``, in the order of their ids.

    They are read 500 at a time, each time in the tenant's scope, and in none between: the rows of
    a file are asked for while it is sent, when the request's own scope has ended.
    """
    last: UUID | None = None
    while True:
        with tenant_context(tenant_id):
            chunk = _chunk(people, last)
        yield from chunk
        if len(chunk) < ROWS_AT_ONCE:
            return
        last = chunk[-1][0]


def _chunk(people: QuerySet[User], last: UUID | None) -> list[tuple[Any, ...]]:
    later = people if last is None else people.filter(pk__gt=last)
    rows = list(
        later.annotate(has_factor=has_factor("pk"))
        .order_by("pk")
        .values_list(*_READ)[:ROWS_AT_ONCE]
    )
    codes = role_codes_of(row[0] for row in rows)
    return [(*row[:6], codes.get(row[0], []), *row[6:]) for row in rows]
