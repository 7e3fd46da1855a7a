"""Writing and sealing the audit trail. See ``docs/mechanisms/audit.md``."""

from ispplatform.core.audit.record import AuditRecord, audit, audit_many

__all__ = ["AuditRecord", "audit", "audit_many"]
