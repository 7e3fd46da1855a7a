"""Tables of the kernel."""

from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.models.audit import AuditEntry, AuditSeal, AuditSealedEntry, AuditValues
from ispplatform.core.models.backups import BackupProof
from ispplatform.core.models.brand import BrandLogo
from ispplatform.core.models.bulk import BulkRow, BulkRowState, BulkRun, BulkState
from ispplatform.core.models.clock import ClockMove, ClockMoveState, ClockStop
from ispplatform.core.models.connections import ConnectionState, ProviderConnection
from ispplatform.core.models.events import (
    DeliveryState,
    EventDelivery,
    OutboxEvent,
    SequenceCounter,
)
from ispplatform.core.models.external_refs import ExternalRef
from ispplatform.core.models.idempotency import IdempotencyRecord, IdempotencyState
from ispplatform.core.models.leases import Lease
from ispplatform.core.models.operations import Operation, OperationExchange, OperationState
from ispplatform.core.models.permits import PurgePermit
from ispplatform.core.models.sandbox import FaultMode, SandboxFault
from ispplatform.core.models.search import SearchTerm, SearchWalk
from ispplatform.core.models.switches import Installation, OperationSwitch, SwitchScope
from ispplatform.core.models.tenants import Tenant, TenantHost, TenantMode

__all__ = [
    "AttentionItem",
    "AuditEntry",
    "AuditSeal",
    "AuditSealedEntry",
    "AuditValues",
    "BackupProof",
    "BrandLogo",
    "BulkRow",
    "BulkRowState",
    "BulkRun",
    "BulkState",
    "ClockMove",
    "ClockMoveState",
    "ClockStop",
    "ConnectionState",
    "DeliveryState",
    "EventDelivery",
    "ExternalRef",
    "FaultMode",
    "IdempotencyRecord",
    "IdempotencyState",
    "Installation",
    "Lease",
    "Operation",
    "OperationExchange",
    "OperationState",
    "OperationSwitch",
    "OutboxEvent",
    "ProviderConnection",
    "PurgePermit",
    "SandboxFault",
    "SearchTerm",
    "SearchWalk",
    "SequenceCounter",
    "SwitchScope",
    "Tenant",
    "TenantHost",
    "TenantMode",
]
