"""The list of the back office, without what would be worked out anew for each of its rows."""

from typing import Any

from unfold.templatetags import unfold_list
from unfold.views import ChangeList

_result_headers = unfold_list.result_headers


class HouseChangeList(ChangeList):
    """Knows what the links of all its rows end in, and the heads of its columns, once."""

    preserved_filters: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django adds the filters to each link by resolving its address again.
        self.link_ending = f"?{self.preserved_filters}" if self.preserved_filters else ""
        self.preserved_filters = ""
        self.heads: list[dict[str, Any]] | None = None

    def url_for_result(self, result: Any) -> str:
        return f"{super().url_for_result(result)}{self.link_ending}"


def _headers_once(cl: Any) -> list[dict[str, Any]]:
    """Return the heads of the columns; Unfold asks for them before each row."""
    if not isinstance(cl, HouseChangeList):
        return list(_result_headers(cl))
    if cl.heads is None:
        cl.heads = list(_result_headers(cl))
    return cl.heads


unfold_list.result_headers = _headers_once
