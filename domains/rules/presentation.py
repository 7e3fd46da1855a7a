"""Record contents as servers write them, brought to the one form in which they are compared."""

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype


def canonical_content(record_type: str, content: str) -> str:
    """Return the canonical presentation text of what a server answered.

    Servers differ in quotes, in the case of hexadecimal digits and in how they shorten addresses.
    A type that is not kept here, or a text that cannot be read, stays as the server wrote it: it
    then shows as a difference instead of being lost.

    Args:
        record_type: in capitals.
        content: names in it are absolute, with their final dot.
    """
    try:
        kind = dns.rdatatype.from_text(record_type)
        return dns.rdata.from_text(dns.rdataclass.IN, kind, content).to_text()
    except (dns.exception.DNSException, ValueError):
        return content
