"""The network below outgoing HTTP: knows whether anything was sent, and keeps the deadline."""

import ipaddress
import socket
import ssl
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore

from ispplatform.core.http.deadline import Deadline

_CHUNK_BYTES = 65536


class AddressRefused(httpcore.ConnectError):
    """The name leads to an address inside our own network, which this caller may not reach."""


class Watch:
    """What one request may still take, and whether its first byte may have left."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.may_have_sent = False

    def allow(self, timeout: float | None, over: type[Exception]) -> float:
        """Return the seconds a step may take.

        Raises:
            over: the deadline is over.
        """
        left = self.deadline.remaining_seconds
        if left <= 0:
            raise over("The deadline of the call is over.")
        return left if timeout is None else min(left, timeout)


class _WatchedStream(httpcore.NetworkStream):
    """Passes bytes on; the first write marks the request as possibly sent.

    TLS handshakes happen below, so a certificate that fails counts as nothing sent.
    """

    def __init__(self, stream: httpcore.NetworkStream, watch: Watch) -> None:
        self._stream = stream
        self._watch = watch

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(
            max_bytes, timeout=self._watch.allow(timeout, httpcore.ReadTimeout)
        )

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _CHUNK_BYTES):
            allowed = self._watch.allow(timeout, httpcore.WriteTimeout)
            self._watch.may_have_sent = True
            self._stream.write(buffer[start : start + _CHUNK_BYTES], timeout=allowed)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        allowed = self._watch.allow(timeout, httpcore.ConnectTimeout)
        return _WatchedStream(
            self._stream.start_tls(ssl_context, server_hostname, allowed), self._watch
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class WatchedNetwork(httpcore.NetworkBackend):
    """Opens connections for one request.

    Args:
        public_only: refuse private, loopback, link-local and other special addresses. The name is
            resolved once and the connection goes to the very address that was judged.
    """

    def __init__(self, watch: Watch, *, public_only: bool) -> None:
        self._watch = watch
        self._public_only = public_only
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError(f"{host} has no address.")
        for address in self._addresses(host, port):
            allowed = self._watch.allow(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._plain.connect_tcp(
                    address, port, allowed, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
            else:
                return _WatchedStream(stream, self._watch)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        addresses = self._resolve(host, port)
        if self._public_only:
            refused = [address for address in addresses if not is_public(address)]
            if refused:
                raise AddressRefused(f"{host} leads to {refused[0]}, inside a private network.")
        return addresses

    def _resolve(self, host: str, port: int) -> list[str]:
        """Look the name up, but not longer than the deadline: the system's resolver knows none."""
        resolver = ThreadPoolExecutor(max_workers=1)
        try:
            answer = resolver.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
            found = answer.result(self._watch.allow(None, httpcore.ConnectTimeout))
        except TimeoutError as exc:
            raise httpcore.ConnectTimeout(f"{host} was not resolved in time.") from exc
        except (OSError, UnicodeError) as exc:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {exc}") from exc
        finally:
            resolver.shutdown(wait=False)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet (also inside a mapped one)."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if inner is not None:
            parsed = inner
        elif parsed in ipaddress.ip_network("64:ff9b::/96"):  # NAT64: the last 32 bits count
            parsed = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
    return parsed.is_global and not parsed.is_multicast
