"""One search over what all apps have. Docs: mechanisms/search.md."""

from ispplatform.core.search.finding import Find, search, subjects_of
from ispplatform.core.search.slots import Found, SearchFeed, SearchKind, search_feeds, search_kinds
from ispplatform.core.search.walking import search_round_begin, search_round_open, search_walk
from ispplatform.core.search.writing import feed_search

__all__ = [
    "Find",
    "Found",
    "SearchFeed",
    "SearchKind",
    "feed_search",
    "search",
    "search_feeds",
    "search_kinds",
    "search_round_begin",
    "search_round_open",
    "search_walk",
    "subjects_of",
]
