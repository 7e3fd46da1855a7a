"""Tables of this app."""

from domains.models.delegation import DelegationCheck
from domains.models.domains import Domain
from domains.models.querysets import DnsZoneQuerySet, DomainQuerySet
from domains.models.registrants import RegistrantContact
from domains.models.sandbox import (
    SandboxRecordSet,
    SandboxRegistrarEntry,
    SandboxRegistration,
    SandboxZone,
)
from domains.models.zones import DnsRecord, DnsZone

__all__ = [
    "DelegationCheck",
    "DnsRecord",
    "DnsZone",
    "DnsZoneQuerySet",
    "Domain",
    "DomainQuerySet",
    "RegistrantContact",
    "SandboxRecordSet",
    "SandboxRegistrarEntry",
    "SandboxRegistration",
    "SandboxZone",
]
