"""Whether the ports are free, said in a sentence when they are not."""

import errno
import socket
from collections.abc import Mapping

from ispplatform.run.installation import LOOPBACK, Installation, StartRefused


def require_free_ports(installation: Installation) -> None:
    """Check every port that the installation is going to listen on.

    Raises:
        StartRefused: one is taken, or this machine does not have the address.
    """
    _require(installation, "web", installation.bind, installation.port)
    if installation.has_own_broker:
        _require(installation, "broker", LOOPBACK, installation.broker_port)
    if installation.has_own_mail:
        _require(installation, "mail", LOOPBACK, installation.mail_port)


def broker_answers(installation: Installation) -> bool:
    """Tell whether the broker can be reached; one that somebody else runs is taken to be there."""
    if not installation.has_own_broker:
        return True
    try:
        socket.create_connection((LOOPBACK, installation.broker_port), timeout=2).close()
    except OSError:
        return False
    return True


def without_broker(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for a command that works while nothing runs.

    Its cache is its own, and what it queues is forgotten with it: the sweeps find the rows later.
    """
    kept = {name: value for name, value in environment.items() if name != "REDIS_URL"}
    return {**kept, "CELERY_BROKER_URL": "memory://"}


def _require(installation: Installation, name: str, address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise StartRefused(_sentence(installation, name, address, port, error)) from error


def _sentence(
    installation: Installation, name: str, address: str, port: int, error: OSError
) -> str:
    first = installation.port
    if error.errno == errno.EADDRINUSE:
        other = first + 100 if first < 60_000 else 8000
        return (
            f"Port {port} on {address}, which {name} needs, is taken by another program. "
            f"Stop that program, or choose other ports: PORT={other} make run "
            f"(three ports in a row are used, now {first} to {first + 2})."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"This machine does not have the address {address}: set BIND to one that it has."
    return f"Port {port} on {address}, which {name} needs, cannot be opened: {error.strerror}."
