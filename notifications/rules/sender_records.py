"""What the DNS has to say of a sender's domain so that mails arrive: SPF, DKIM, DMARC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SPF, DKIM, DMARC = "spf", "dkim", "dmarc"
# What a record of each kind begins with, after its spaces are gone and letters are small.
_BEGINNINGS = {SPF: "v=spf1", DKIM: "v=dkim1", DMARC: "v=dmarc1"}


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordFinding:
    """What was found of one record.

    Args:
        name: where it stands.
        found: the record itself; empty when there is none, or more than one.
        count: how many there are: receivers ignore a domain with two of a kind.
    """

    kind: str
    name: str
    found: str
    count: int

    @property
    def is_good(self) -> bool:
        """Tell whether receivers can use it."""
        return self.count == 1


def record_names(domain: str, selector: str) -> dict[str, str]:
    """Return the names that are asked, by kind; DKIM only where the selector is known."""
    names = {SPF: domain, DMARC: f"_dmarc.{domain}"}
    if selector:
        names[DKIM] = f"{selector}._domainkey.{domain}"
    return names


def record_findings(
    names: Mapping[str, str], texts: Mapping[str, Sequence[str]]
) -> list[RecordFinding]:
    """Return what the answers mean.

    Args:
        texts: the TXT records of each kind's name.

    Source: RFC 7208 s. 4.5, RFC 6376 s. 3.6.1, RFC 7489 s. 6.6.3.
    """
    findings = []
    for kind, name in names.items():
        fitting = [text for text in texts.get(kind, ()) if _fits(kind, text)]
        found = fitting[0] if len(fitting) == 1 else ""
        findings.append(RecordFinding(kind=kind, name=name, found=found, count=len(fitting)))
    return findings


def _fits(kind: str, text: str) -> bool:
    plain = text.replace(" ", "").lower()
    if kind == DKIM:  # its version may be left out
        return plain.startswith(_BEGINNINGS[DKIM]) or "p=" in plain.split(";")[0]
    return plain.startswith(_BEGINNINGS[kind])
