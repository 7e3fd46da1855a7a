"""A name server on loopback that knows texts only."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

DATAGRAM_BYTES = 4096
TTL_SECONDS = 60


@contextmanager
def txt_server(texts: Mapping[str, list[str]]) -> Iterator[str]:
    """Answer for these names, and with NXDOMAIN for all others; give the address to ask."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        worker = threading.Thread(target=_serve, args=(door, texts), daemon=True)
        worker.start()
        host, port = door.getsockname()
        yield f"{host}:{port}"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", (host, port))  # an empty datagram ends it
        worker.join()


def _serve(door: socket.socket, texts: Mapping[str, list[str]]) -> None:
    while True:
        content, asker = door.recvfrom(DATAGRAM_BYTES)
        if not content:
            return
        door.sendto(_answer(dns.message.from_wire(content), texts).to_wire(), asker)


def _answer(asked: dns.message.Message, texts: Mapping[str, list[str]]) -> dns.message.Message:
    answer = dns.message.make_response(asked)
    answer.flags |= dns.flags.RA
    name = asked.question[0].name
    known = texts.get(str(name).rstrip("."))
    if known is None:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    else:
        quoted = [f'"{text}"' for text in known]
        answer.answer.append(dns.rrset.from_text(name, TTL_SECONDS, "IN", "TXT", *quoted))
    return answer
