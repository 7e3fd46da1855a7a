"""A fake WHM server with a certificate that only our own authority vouches for."""

import datetime
import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ispplatform.core.models import ProviderConnection, Tenant
from tests.hosting.panels.fake_cpanel import FakeCpanel
from tests.house import house

__all__ = ["house"]


@dataclass(frozen=True)
class Authority:
    """Where the authority's certificate lies, and the server's with its key."""

    ca_file: Path
    server_file: Path


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority of this run and a certificate of it for this machine."""
    folder = tmp_path_factory.mktemp("authority")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test authority")])
    ca = _certificate(name, name, key.public_key(), is_authority=True).sign(key, hashes.SHA256())
    server_key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    server = _certificate(subject, name, server_key.public_key(), is_authority=False)
    pem = server_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    made = Authority(folder / "ca.pem", folder / "server.pem")
    made.ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    signed = server.sign(key, hashes.SHA256())
    made.server_file.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    return made


def _certificate(
    subject: x509.Name, issuer: x509.Name, public_key: Any, *, is_authority: bool
) -> x509.CertificateBuilder:
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    return (
        builder
        if is_authority
        else builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    )


@pytest.fixture
def start_fake(authority: Authority) -> Iterator[Callable[..., FakeCpanel]]:
    """Start fakes; at the end each of them must have been spoken to by the book."""
    running: list[FakeCpanel] = []

    def start(**options: Any) -> FakeCpanel:
        running.append(FakeCpanel(certificate=authority.server_file, **options))
        return running[-1]

    yield start
    for fake in running:
        fake.stop()
    assert [fake.violations for fake in running] == [[] for _ in running]


@pytest.fixture
def whm(start_fake: Callable[..., FakeCpanel]) -> FakeCpanel:
    """A fake whose token is root's."""
    return start_fake()


@pytest.fixture
def connect(tenant: Tenant, authority: Authority) -> Callable[..., ProviderConnection]:
    """Make the connection to a fake."""

    def make(fake: FakeCpanel, **config: Any) -> ProviderConnection:
        return ProviderConnection.objects.create(
            kind="panel",
            backend="cpanel",
            name=f"WHM on {fake.port}",
            account_mode="test",
            config={
                "host": "localhost",
                "port": fake.port,
                "user": fake.state.user,
                "ca_file": str(authority.ca_file),
                **config,
            },
            credentials={"token": fake.token},
        )

    return make


@pytest.fixture
def connection(whm: FakeCpanel, connect: Callable[..., ProviderConnection]) -> ProviderConnection:
    """The connection to root's fake."""
    return connect(whm)
