"""Ports of loopback for servers of tests: free, and nobody else's until the test process ends."""

import atexit
import socket
from pathlib import Path

# Ports that the kernel gives to whoever connects somewhere begin behind these: one of them may be
# free now and taken a moment later.
_FIRST, _LAST = 10_000, 32_000
_KERNELS_OWN = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """Return a port that nobody uses, for TCP and for UDP."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """Return the first of some free ports in a row; no two calls on this machine get the same."""
    row: list[int] = []
    for port in range(_FIRST, _last()):
        row = [*row, port] if _is_free(port) and _is_claimed(port) else []
        if len(row) == count:
            return row[0]
    raise RuntimeError(f"There are no {count} free ports in a row.")


def _last() -> int:
    begin = int(_KERNELS_OWN.read_text().split()[0]) if _KERNELS_OWN.exists() else _LAST
    return begin if begin > _FIRST + 1_000 else _LAST


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(type=kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def _is_claimed(port: int) -> bool:
    """Claim it for this process by a name that the kernel gives once and takes back at its end."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0isp-platform-tests-port-{port}")
    except OSError:
        claim.close()
        return False
    atexit.register(claim.close)
    return True
