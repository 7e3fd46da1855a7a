"""What an external reference is, and what is refused about it."""

import re
from dataclasses import dataclass

from ispplatform.core.errors import DuplicateResource, InvalidInput

REFS_PER_ROW = 20
_SYSTEM = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
_REF_CHARACTERS = 200


class ExternalRefTaken(DuplicateResource):
    """Another row carries this reference already; ``existing_id`` names it."""

    code = "EXTERNAL_REF_TAKEN"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalRefData:
    """One reference, as callers give and get it.

    Args:
        system: short name of the other system in lower case, for example ``hubspot``.
        id: what that system calls the row, 1 to 200 characters.

    Raises:
        InvalidInput: either is malformed.
    """

    system: str
    id: str

    def __post_init__(self) -> None:
        if not _SYSTEM.fullmatch(self.system):
            raise InvalidInput(
                "A system is named by 1 to 40 of the characters a-z, 0-9, dot, dash, underscore.",
                field="external_refs",
            )
        if not self.id.strip() or len(self.id) > _REF_CHARACTERS:
            raise InvalidInput(
                f"An external id has 1 to {_REF_CHARACTERS} characters.", field="external_refs"
            )
