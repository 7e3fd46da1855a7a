"""Names, holders, zones, and the sandbox accounts that they go through."""

from datetime import timedelta
from decimal import Decimal

import factory

from domains.choices import DelegationStatus, DomainStatus
from domains.models import (
    DelegationCheck,
    DnsRecord,
    DnsZone,
    Domain,
    RegistrantContact,
    SandboxRecordSet,
    SandboxRegistrarEntry,
    SandboxRegistration,
    SandboxZone,
)
from ispplatform.core.clock import system_now
from ispplatform.core.models import ProviderConnection
from tests.factories.base import ModelFactory
from tests.factories.customers import CustomerFactory

NAME_SERVERS = ["ns1.sandbox.example", "ns2.sandbox.example"]


class RegistrarConnectionFactory(ModelFactory):
    """The sandbox registrar of a company."""

    class Meta:
        model = ProviderConnection

    kind = "registrar"
    backend = "sandbox"
    name = factory.Sequence(lambda n: f"Sandbox registrar {n}")
    is_sandbox = True


class DnsConnectionFactory(ModelFactory):
    """The sandbox DNS server of a company."""

    class Meta:
        model = ProviderConnection

    kind = "dns"
    backend = "sandbox"
    name = factory.Sequence(lambda n: f"Sandbox DNS {n}")
    is_sandbox = True
    config = factory.LazyFunction(lambda: {"name_servers": ", ".join(NAME_SERVERS)})


class RegistrantFactory(ModelFactory):
    """A person in Berlin."""

    class Meta:
        model = RegistrantContact

    customer = factory.SubFactory(CustomerFactory)
    first_name = "Ada"
    last_name = "Example"
    email = "ada@customer.example"
    phone = "+49.301234567"
    street = "Lindenstraße 12"
    city = "Berlin"
    postal_code = "10969"
    country = "DE"


class DomainFactory(ModelFactory):
    """A registered name that expires in a year; our own row only, see ``registered_domain``."""

    class Meta:
        model = Domain

    customer = factory.SubFactory(CustomerFactory)
    connection = factory.SubFactory(RegistrarConnectionFactory)
    registrant = factory.SubFactory(RegistrantFactory, customer=factory.SelfAttribute("..customer"))
    name = factory.Sequence(lambda n: f"name-{n}.example")
    unicode_name = factory.LazyAttribute(lambda domain: domain.name)
    tld = "example"
    status = DomainStatus.ACTIVE
    name_servers = factory.LazyFunction(lambda: list(NAME_SERVERS))
    is_locked = True
    registered_at = factory.LazyFunction(lambda: system_now().replace(microsecond=0))
    expires_at = factory.LazyAttribute(lambda domain: domain.registered_at + timedelta(days=365))


class DnsZoneFactory(ModelFactory):
    """A zone that was never pushed."""

    class Meta:
        model = DnsZone

    customer = factory.SubFactory(CustomerFactory)
    connection = factory.SubFactory(DnsConnectionFactory)
    name = factory.Sequence(lambda n: f"zone-{n}.example")
    unicode_name = factory.LazyAttribute(lambda zone: zone.name)
    name_servers = factory.LazyFunction(lambda: list(NAME_SERVERS))


class DnsRecordFactory(ModelFactory):
    """An address of the zone itself."""

    class Meta:
        model = DnsRecord

    zone = factory.SubFactory(DnsZoneFactory)
    name = "@"
    type = "A"
    content = factory.Sequence(lambda n: f"192.0.2.{n % 250 + 1}")
    ttl = 3600


class DelegationCheckFactory(ModelFactory):
    """A look from outside that found all as it should be."""

    class Meta:
        model = DelegationCheck

    domain = factory.SubFactory(DomainFactory)
    status = DelegationStatus.RIGHT
    leads_to = factory.LazyFunction(lambda: list(NAME_SERVERS))
    asked_at = factory.LazyFunction(system_now)
    checked_at = factory.LazyFunction(system_now)


class SandboxRegistrationFactory(ModelFactory):
    """A name at the sandbox registrar, sold to somebody else."""

    class Meta:
        model = SandboxRegistration

    connection = factory.SubFactory(RegistrarConnectionFactory)
    name = factory.Sequence(lambda n: f"theirs-{n}.example")
    registered_at = factory.LazyFunction(lambda: system_now().replace(microsecond=0))
    expires_at = factory.LazyAttribute(lambda row: row.registered_at + timedelta(days=365))
    name_servers = factory.LazyFunction(lambda: list(NAME_SERVERS))
    created_by_key = "somebody-else"


class SandboxRegistrarEntryFactory(ModelFactory):
    """A registration that was paid."""

    class Meta:
        model = SandboxRegistrarEntry

    connection = factory.SubFactory(RegistrarConnectionFactory)
    key = factory.Sequence(lambda n: f"key-{n}")
    act = "register"
    name = factory.Sequence(lambda n: f"theirs-{n}.example")
    years = 1
    amount = Decimal("8.00")
    currency = "EUR"
    expires_at = factory.LazyFunction(lambda: system_now() + timedelta(days=365))


class SandboxZoneFactory(ModelFactory):
    """A zone at the sandbox DNS server that somebody else made."""

    class Meta:
        model = SandboxZone

    connection = factory.SubFactory(DnsConnectionFactory)
    name = factory.Sequence(lambda n: f"theirs-{n}.example")
    owner_mark = "somebody-else"


class SandboxRecordSetFactory(ModelFactory):
    """An address at the sandbox DNS server."""

    class Meta:
        model = SandboxRecordSet

    zone = factory.SubFactory(SandboxZoneFactory)
    name = factory.LazyAttribute(lambda row: f"{row.zone.name}.")
    type = "A"
    ttl = 3600
    contents = factory.LazyFunction(lambda: ["192.0.2.1"])


def registered_domain(**values: object) -> Domain:
    """A name that the sandbox registrar holds for us as our row says."""
    domain = DomainFactory(**values)
    SandboxRegistrationFactory(
        connection=domain.connection,
        name=domain.name,
        registered_at=domain.registered_at,
        expires_at=domain.expires_at,
        name_servers=domain.name_servers,
        is_locked=domain.is_locked,
        created_by_key=str(domain.pk),
    )
    return domain
