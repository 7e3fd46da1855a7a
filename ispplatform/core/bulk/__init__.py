"""Bulk acts: select, plan, confirm, run in the background, read the result, undo.

See ``docs/mechanisms/bulk.md``.
"""

from ispplatform.core.bulk.actors import ACTOR_SOURCES, ActorSource
from ispplatform.core.bulk.acts import BULK_ACTS, BulkAct, Done, Terms, Undo, bulk_of, only_where

__all__ = [
    "ACTOR_SOURCES",
    "BULK_ACTS",
    "ActorSource",
    "BulkAct",
    "Done",
    "Terms",
    "Undo",
    "bulk_of",
    "only_where",
]
