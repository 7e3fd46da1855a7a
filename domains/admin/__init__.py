"""Names and zones in the back office."""

from domains.admin.domains import DomainAdmin, RegistrantContactAdmin
from domains.admin.sandbox import (
    SandboxRecordSetAdmin,
    SandboxRegistrarEntryAdmin,
    SandboxRegistrationAdmin,
    SandboxZoneAdmin,
)
from domains.admin.zones import DnsRecordAdmin, DnsZoneAdmin

__all__ = [
    "DnsRecordAdmin",
    "DnsZoneAdmin",
    "DomainAdmin",
    "RegistrantContactAdmin",
    "SandboxRecordSetAdmin",
    "SandboxRegistrarEntryAdmin",
    "SandboxRegistrationAdmin",
    "SandboxZoneAdmin",
]
