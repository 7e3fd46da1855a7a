"""A resolver of the suite: it asks the registry's server, follows its referral, and answers."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype


class Resolver:
    """Answers over UDP what two authoritative servers on loopback know together.

    Args:
        registry_port: the server that is asked first.
        servers: ports of the name servers that it refers to, by host name.
    """

    def __init__(self, registry_port: int, servers: dict[str, int]) -> None:
        self.registry_port = registry_port
        self.servers = servers
        self.fails_for: set[str] = set()
        self.socket = socket.socket(type=socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                wire, asker = self.socket.recvfrom(4096)
            except OSError:
                return
            question = dns.message.from_wire(wire)
            with suppress(OSError):
                self.socket.sendto(self._answer(question).to_wire(), asker)

    def _answer(self, question: dns.message.Message) -> dns.message.Message:
        reply = dns.message.make_response(question, recursion_available=True)
        name = question.question[0].name.to_text().removesuffix(".")
        if name in self.fails_for:
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply
        try:
            found = self._resolved(question)
        except (dns.exception.DNSException, OSError, KeyError):
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply
        reply.set_rcode(found.rcode())
        reply.answer = found.answer
        return reply

    def _resolved(self, question: dns.message.Message) -> dns.message.Message:
        found = dns.query.udp(question, "127.0.0.1", port=self.registry_port, timeout=2)
        referrals = [one for one in found.authority if one.rdtype == dns.rdatatype.NS]
        if found.flags & dns.flags.AA or not referrals:
            return found
        host = referrals[0][0].to_text().removesuffix(".")
        return dns.query.udp(question, "127.0.0.1", port=self.servers[host], timeout=2)


@contextmanager
def resolver(registry_port: int, servers: dict[str, int]) -> Iterator[Resolver]:
    """Run one for a while."""
    running = Resolver(registry_port, servers)
    try:
        yield running
    finally:
        running.socket.close()
