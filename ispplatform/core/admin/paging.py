"""Turning pages of long lists without counting them to the end."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

COUNTED_ROWS = 10_000


class CappedPaginator(Paginator):
    """Counts at most 10,000 rows: beyond that the list has "more", and one narrows it down."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        bare = rows.order_by().values("pk")  # figures beside each row are not worked out
        return bare[: COUNTED_ROWS + 1].count()

    @property
    def is_capped(self) -> bool:
        """Tell whether there are more rows than were counted."""
        return self.count > COUNTED_ROWS
