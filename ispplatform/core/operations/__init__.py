"""The engine behind every effect on the world outside. See ``docs/mechanisms/operations.md``."""

from ispplatform.core.operations.kinds import (
    Guarantee,
    OperationCall,
    OperationKind,
    Receipt,
    kinds,
)
from ispplatform.core.operations.services import operation_start

__all__ = ["Guarantee", "OperationCall", "OperationKind", "Receipt", "kinds", "operation_start"]
