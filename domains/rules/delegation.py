"""Whether the world is led to the right name servers, judged from what they answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domains.choices import DelegationStatus, ServerState

HALF_OF_SERIALS = 2**31
ALL_SERIALS = 2**32


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerAnswer:
    """What one name server said of the zone.

    Args:
        host: its name without the final dot.
        address: where it was asked; empty when it has none.
        serial: of the SOA that it gave; None without one.
    """

    host: str
    address: str
    state: ServerState
    serial: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delegation:
    """What the world sees of a name.

    Args:
        registry: the name servers that the servers of the ending lead to, sorted; None when none
            of them could be asked; empty when they lead nowhere.
        resolver: the name servers that a resolver knows; None when it could not be asked.
        is_refused: the resolver could not make sense of the name (SERVFAIL).
        servers: one answer for each name server that the name is to have.
    """

    registry: tuple[str, ...] | None
    resolver: tuple[str, ...] | None
    is_refused: bool
    servers: tuple[ServerAnswer, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be; ``code`` names the sentence."""

    code: str
    hosts: str = ""
    wanted: str = ""

    def plain(self) -> dict[str, str]:
        """Return the finding as a row keeps it."""
        return {"code": self.code, "hosts": self.hosts, "wanted": self.wanted}


def delegation_findings(
    seen: Delegation, *, wanted: Sequence[str], ours: Mapping[str, int]
) -> tuple[DelegationStatus, list[Finding]]:
    """Return the verdict and what is wrong, the gravest first.

    Args:
        wanted: the name servers that the name is to have.
        ours: those of them that we push to, with the serial that each should have reached.
    """
    known = seen.registry if seen.registry is not None else seen.resolver
    if known is None:
        return DelegationStatus.UNKNOWN, [Finding("unasked")]
    if not known:
        return DelegationStatus.ELSEWHERE, [Finding("nowhere", wanted=_listed(wanted))]
    if set(known) != set(wanted):
        finding = Finding("elsewhere", _listed(known), _listed(wanted))
        return DelegationStatus.ELSEWHERE, [finding]
    findings = [Finding("refused")] if seen.is_refused else []
    for state in ServerState:
        hosts = [server.host for server in seen.servers if server.state == state]
        if hosts and state != ServerState.ANSWERS:
            findings.append(Finding(state.value, _listed(hosts)))
    late = [server.host for server in seen.servers if _is_late(server, ours)]
    if late:
        findings.append(Finding("late", _listed(late)))
    if findings:
        return DelegationStatus.INCOMPLETE, findings
    if seen.resolver is not None and set(seen.resolver) != set(wanted):
        findings.append(Finding("remembered", _listed(seen.resolver)))
    return DelegationStatus.RIGHT, findings


def _is_late(server: ServerAnswer, ours: Mapping[str, int]) -> bool:
    wanted = ours.get(server.host)
    if wanted is None or server.serial is None:
        return False
    return server.serial != wanted and _is_before(server.serial, wanted)


def _is_before(first: int, second: int) -> bool:
    """Tell whether a serial is older than another one (RFC 1982 s. 3.2: they run in a circle)."""
    return 0 < (second - first) % ALL_SERIALS < HALF_OF_SERIALS


def _listed(hosts: Sequence[str]) -> str:
    return ", ".join(sorted(hosts))


def answer_plain(answer: ServerAnswer) -> dict[str, Any]:
    """Return a server's answer as a row keeps it."""
    return {
        "host": answer.host,
        "address": answer.address,
        "state": answer.state.value,
        "serial": answer.serial,
    }
