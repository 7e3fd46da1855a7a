"""Domain names: what people type, what the DNS carries, what people read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import idna

from domains.errors import InvalidDomainName, InvalidRecord

MAX_NAME_OCTETS = 253
_ASCII_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_OWNER_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # the dots of UTS 46


@dataclass(frozen=True, slots=True)
class DomainName:
    """A name in both its forms, lower case, without the final dot.

    Args:
        ascii: A-labels, as the DNS and registrars carry it (``xn--mller-kva.example``).
        unicode: U-labels, as people read it (``müller.example``).
    """

    ascii: str
    unicode: str

    def __str__(self) -> str:
        return self.unicode


def parse_domain_name(text: str, *, field: str = "domain") -> DomainName:
    """Return the registrable name that a person typed.

    Accepts any case, surrounding space, a final dot and the dots of East Asian keyboards.
    ``www.`` is not removed: that is a different name.

    Args:
        field: what the error's ``field`` says.

    Raises:
        InvalidDomainName: not a name of two or more labels that IDNA 2008 allows.

    Source: RFC 5890 to 5894 (IDNA 2008), RFC 1123 s. 2.1, UTS 46 mapping, non-transitional.
    """
    stripped = text.strip().removesuffix(".")
    labels = _DOTS.split(stripped)
    if len(labels) < 2 or not all(labels):
        raise InvalidDomainName("Type a whole name, such as shop.example.", field=field)
    ascii_labels = [_a_label(label, field) for label in labels]
    if ascii_labels[-1].isdigit():
        raise InvalidDomainName("A name cannot end in a number.", field=field)
    name = ".".join(ascii_labels)
    if len(name) > MAX_NAME_OCTETS:
        raise InvalidDomainName(
            f"The name is {len(name)} characters long; the limit is {MAX_NAME_OCTETS}.", field=field
        )
    return DomainName(ascii=name, unicode=unicode_name(name))


def unicode_name(ascii_name: str) -> str:
    """Return the form that people read; a label that is no valid A-label stays as it is."""
    return ".".join(_u_label(label) for label in ascii_name.split("."))


def _a_label(label: str, field: str) -> str:
    try:
        lowered = idna.uts46_remap(label, std3_rules=True, transitional=False)
        if lowered.isascii() and not lowered.startswith("xn--"):
            encoded = lowered
        else:
            encoded = idna.encode(lowered).decode()
    except (idna.IDNAError, UnicodeError):
        raise InvalidDomainName(
            f"“{label[:63]}” holds a character that a domain name cannot have.", field=field
        ) from None
    if len(encoded) > 63:
        raise InvalidDomainName(
            "A part between two dots is longer than 63 characters.", field=field
        )
    if encoded[2:4] == "--" and not encoded.startswith("xn--"):
        raise InvalidDomainName(
            "A name cannot have hyphens in its third and fourth place.", field=field
        )
    if not _ASCII_LABEL.fullmatch(encoded):
        raise InvalidDomainName(
            "Use letters, digits and hyphens, and no hyphen at the start or the end.", field=field
        )
    return encoded


def _u_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return label


def split_tld(ascii_name: str, offered: Iterable[str]) -> tuple[str, str] | None:
    """Return (label, ending) by the longest ending on offer, or None when none fits.

    Only names directly under an ending can be registered: with ``uk`` and ``co.uk`` on offer,
    ``shop.co.uk`` gives ``("shop", "co.uk")`` and ``www.shop.co.uk`` gives None.

    Args:
        offered: endings as A-labels without a leading dot.
    """
    labels = ascii_name.split(".")
    endings = set(offered)
    for start in range(1, len(labels)):
        if ".".join(labels[start:]) in endings:
            return (labels[0], ".".join(labels[1:])) if start == 1 else None
    return None


def host_name(text: str, *, field: str = "content") -> str:
    """Return a host name (of a name server, a mail server) in A-labels, without the final dot.

    Raises:
        InvalidRecord: not a host name of two or more labels.
    """
    try:
        return parse_domain_name(text, field=field).ascii
    except InvalidDomainName as exc:
        raise InvalidRecord(exc.message, field=field) from exc


def owner_name(text: str, zone: str) -> str:
    """Return the name of a record relative to its zone: ``@``, ``www``, ``*.shop``, ``_dmarc``.

    Accepts relative names, ``@`` or nothing for the zone itself, and full names inside the zone.

    Args:
        zone: the zone's A-label name without the final dot.

    Raises:
        InvalidRecord: not a name inside the zone.
    """
    stripped = text.strip().removesuffix(".")
    if stripped in {"", "@"}:
        return "@"
    labels = [
        _owner_label(label, first=index == 0) for index, label in enumerate(_DOTS.split(stripped))
    ]
    name = ".".join(labels)
    if name == zone:
        return "@"
    if name.endswith(f".{zone}"):
        name = name.removesuffix(f".{zone}")
    elif text.strip().endswith("."):
        raise InvalidRecord(f"{name} lies outside the zone {zone}.", field="name")
    if len(f"{name}.{zone}") > MAX_NAME_OCTETS:
        raise InvalidRecord("The name is too long for its zone.", field="name")
    return name


def _owner_label(label: str, *, first: bool) -> str:
    lowered = label.lower()
    if first and lowered == "*":
        return lowered
    if _OWNER_LABEL.fullmatch(lowered):
        return lowered
    try:
        return _a_label(label, "name")
    except InvalidDomainName as exc:
        raise InvalidRecord(exc.message, field="name") from exc


def full_name(owner: str, zone: str) -> str:
    """Return the absolute name, with its final dot, of a relative owner name."""
    return f"{zone}." if owner == "@" else f"{owner}.{zone}."


def relative_name(absolute: str, zone: str) -> str:
    """Return the owner name relative to ``zone`` of an absolute name inside it."""
    bare = absolute.removesuffix(".").lower()
    return "@" if bare == zone else bare.removesuffix(f".{zone}")
