"""Ids that other systems gave our rows: unique per system, filterable, settled in one place.

See ``docs/mechanisms/external_refs.md``.
"""

from ispplatform.core.external_refs.selectors import (
    external_refs_by_id,
    external_refs_of,
    subject_id_of_external_ref,
    with_external_ref,
)
from ispplatform.core.external_refs.services import (
    external_refs_add,
    external_refs_replace,
    external_refs_set,
)
from ispplatform.core.external_refs.values import ExternalRefData, ExternalRefTaken

__all__ = [
    "ExternalRefData",
    "ExternalRefTaken",
    "external_refs_add",
    "external_refs_by_id",
    "external_refs_of",
    "external_refs_replace",
    "external_refs_set",
    "subject_id_of_external_ref",
    "with_external_ref",
]
