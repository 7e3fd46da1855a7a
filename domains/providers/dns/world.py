"""Asking the DNS itself what it says of a name: the servers of its ending, a resolver, its own.

Source: RFC 1034 s. 4.3.2 (referrals), RFC 2308 s. 2 (no such name), RFC 9499 (words).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.nameserver
import dns.query
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.resolver
from dns.rrset import RRset

from domains.choices import ServerState
from domains.rules.delegation import Delegation, ServerAnswer
from ispplatform.core.http import Deadline
from ispplatform.core.http.network import is_public

DNS_PORT = 53
QUERY_SECONDS = 2.0  # one question to one server
LOOK_UP_SECONDS = 4.0  # one question to the resolvers, with their repetitions
MOST_PARENT_SERVERS = 3


class _NoAnswer(Exception):
    """The server or the resolver said nothing that could be used."""


@dataclass(frozen=True, slots=True)
class _Referral:
    """Where the servers of the ending lead, with the addresses that they know themselves."""

    hosts: tuple[str, ...]
    addresses: Mapping[str, str]


class World:
    """The DNS as this machine can ask it.

    Args:
        resolvers: addresses, with a port after a colon where it is not 53; empty takes the
            machine's own.
        addresses: name servers that are reached elsewhere than the DNS says, by host name.
        deadline: when all questions must be over.
    """

    def __init__(
        self,
        *,
        resolvers: Sequence[str],
        addresses: Mapping[str, str],
        deadline: Deadline,
    ) -> None:
        self._resolver = _resolver(resolvers)
        self._addresses = addresses
        self._deadline = deadline

    def delegation(self, name: str, hosts: Sequence[str], *, trusted: Sequence[str]) -> Delegation:
        """Return what the world sees of ``name``; a server that says nothing is no error.

        Args:
            name: A-labels without the final dot.
            hosts: the name servers that it is to have; each is asked.
            trusted: those that are staff's own choice: they may have private addresses.
        """
        referral = self._referral(name)
        resolver, is_refused = self._resolved(name)
        known = referral.addresses if referral else {}
        return Delegation(
            registry=referral.hosts if referral else None,
            resolver=resolver,
            is_refused=is_refused,
            servers=tuple(
                self._server(name, host, known.get(host, ""), is_trusted=host in trusted)
                for host in hosts
            ),
        )

    def name_servers(self, name: str) -> tuple[str, ...] | None:
        """Return the name servers that a resolver knows of a name; None when nobody could say."""
        return self._resolved(name)[0]

    def contents(self, name: str, kind: str) -> tuple[str, ...] | None:
        """Return the records of one name and type as a resolver knows them, sorted.

        Args:
            name: absolute, with or without its final dot.
            kind: the type in capitals.

        Returns:
            Presentation texts, names in them with their final dot; None when nobody could say.
        """
        try:
            found = self._records(name.removesuffix("."), kind)
        except _NoAnswer:
            return None
        return tuple(sorted(one.to_text() for one in found))

    def _referral(self, name: str) -> _Referral | None:
        """Return where the servers of the ending lead; None when none of them could be asked."""
        for host in list(self._parent_servers(name))[:MOST_PARENT_SERVERS]:
            try:
                address = self._address(host)
                if not self._may_ask(host, address, is_trusted=False):
                    continue
                return _referral_of(name, self._asked(name, "NS", address))
            except _NoAnswer:
                continue
        return None

    def _parent_servers(self, name: str) -> Iterator[str]:
        """Yield the name servers of the nearest zone above ``name``."""
        labels = name.split(".")
        for start in range(1, len(labels)):
            try:
                found = self._looked_up(".".join(labels[start:]), "NS")
            except _NoAnswer:
                return
            if found:
                yield from found
                return

    def _resolved(self, name: str) -> tuple[tuple[str, ...] | None, bool]:
        """Return the name servers that a resolver knows, and whether it refused the name."""
        try:
            return tuple(self._looked_up(name, "NS")), False
        except _Refused:
            return None, True
        except _NoAnswer:
            return None, False

    def _server(self, name: str, host: str, glue: str, *, is_trusted: bool) -> ServerAnswer:
        address, serial = "", None
        try:
            address = self._address(host, glue)
            if not self._may_ask(host, address, is_trusted=is_trusted):
                state = ServerState.INSIDE
            else:
                serial = _serial_of(name, self._asked(name, "SOA", address))
                state = ServerState.REFUSES if serial is None else ServerState.ANSWERS
        except _NoAddress:
            state = ServerState.NAMELESS
        except _NoAnswer:
            state = ServerState.UNASKED if self._deadline.is_over else ServerState.SILENT
        return ServerAnswer(host=host, address=address, state=state, serial=serial)

    def _address(self, host: str, glue: str = "") -> str:
        """Return where a name server is asked, with a port after a colon where it is not 53."""
        if told := self._addresses.get(host) or glue:
            return told
        for kind in ("A", "AAAA"):
            if found := self._looked_up(host, kind):
                return found[0]
        raise _NoAddress

    def _may_ask(self, host: str, address: str, *, is_trusted: bool) -> bool:
        return is_trusted or host in self._addresses or is_public(address)

    def _looked_up(self, name: str, kind: str) -> list[str]:
        """Return what the resolvers know, sorted; nothing when there is nothing of the kind.

        Raises:
            _Refused: they answer that they cannot.
            _NoAnswer: they do not answer in time.
        """
        return sorted(_texts(self._records(name, kind)))

    def _records(self, name: str, kind: str) -> Sequence[dns.rdata.Rdata]:
        try:
            found = self._resolver.resolve(
                dns.name.from_text(f"{name}."),
                kind,
                raise_on_no_answer=False,
                lifetime=self._seconds(LOOK_UP_SECONDS),
            )
        except dns.resolver.NXDOMAIN:
            return []
        except dns.resolver.NoNameservers as exc:
            raise _Refused from exc
        except (dns.exception.DNSException, OSError) as exc:
            raise _NoAnswer from exc
        return list(found.rrset or [])

    def _asked(self, name: str, kind: str, address: str) -> dns.message.Message:
        """Return what one server answers of its own knowledge; cut answers are asked over TCP."""
        question = dns.message.make_query(f"{name}.", kind)
        question.flags &= ~dns.flags.RD
        where, port = _address_and_port(address)
        try:
            answer, _ = dns.query.udp_with_fallback(
                question, where, timeout=self._seconds(QUERY_SECONDS), port=port
            )
        except (dns.exception.DNSException, OSError) as exc:
            raise _NoAnswer from exc
        return answer

    def _seconds(self, at_most: float) -> float:
        left = self._deadline.remaining_seconds
        if left == 0:
            raise _NoAnswer
        return min(left, at_most)


class _Refused(_NoAnswer):
    """The resolvers answered that they cannot."""


class _NoAddress(_NoAnswer):
    """The name server's name leads nowhere."""


def _referral_of(name: str, answer: dns.message.Message) -> _Referral:
    """Return where an answer leads; nowhere when it knows no such name or no delegation of it."""
    if answer.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        raise _NoAnswer
    found = _of(name, dns.rdatatype.NS, [*answer.answer, *answer.authority])
    addresses = {}
    for known in answer.additional:
        if known.rdtype == dns.rdatatype.A:
            (host,) = _texts([known.name])
            addresses[host] = known[0].to_text()
    return _Referral(hosts=tuple(sorted(_texts(found))), addresses=addresses)


def _serial_of(name: str, answer: dns.message.Message) -> int | None:
    """Return the serial when the server answers for the zone itself, else None."""
    if answer.rcode() != dns.rcode.NOERROR or not answer.flags & dns.flags.AA:
        return None
    for found in _of(name, dns.rdatatype.SOA, answer.answer):
        return int(found.to_text().split()[2])
    return None


def _of(
    name: str, kind: dns.rdatatype.RdataType, sections: Sequence[RRset]
) -> list[dns.rdata.Rdata]:
    wanted = dns.name.from_text(f"{name}.")
    return [
        data
        for found in sections
        if found.rdtype == kind and found.name == wanted
        for data in found
    ]


def _address_and_port(text: str) -> tuple[str, int]:
    """Split ``192.0.2.1``, ``192.0.2.1:53``, ``2001:db8::1`` and ``[2001:db8::1]:53``."""
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        return host, int(port.removeprefix(":") or DNS_PORT)
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, int(port)
    return text, DNS_PORT


def _texts(names: Iterable[dns.name.Name | dns.rdata.Rdata]) -> list[str]:
    """Return names, or addresses, the way our rows have them."""
    return [one.to_text().removesuffix(".").lower() for one in names]


def _resolver(addresses: Sequence[str]) -> dns.resolver.Resolver:
    """Return the resolvers to ask; a machine that has none gives one that answers nothing."""
    made = dns.resolver.Resolver(configure=False)
    if not addresses:
        with suppress(dns.resolver.NoResolverConfiguration):
            return dns.resolver.Resolver()
    made.nameservers = [
        dns.nameserver.Do53Nameserver(*_address_and_port(text)) for text in addresses
    ]
    return made
