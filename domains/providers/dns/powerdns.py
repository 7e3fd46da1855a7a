"""PowerDNS Authoritative Server through its HTTP API, version 1.

Source: doc.powerdns.com/authoritative/http-api. The zone's ``account`` keeps our owner mark: a zone
without one was made by somebody else and is neither changed nor deleted.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from domains.providers.dns.base import NS_TTL_SECONDS, UNMARKED, RemoteZone, ZoneOrder
from domains.rules.plans import RecordSetChange
from domains.rules.presentation import canonical_content
from domains.rules.record_sets import RecordSet
from ispplatform.core.errors import ProviderError, ProviderRejected
from ispplatform.core.http import HttpAnswer
from ispplatform.core.providers import ProbeReport, ProviderContext, SettingField
from ispplatform.core.providers.fields import FieldKind

SOA_TTL_SECONDS = 3600
# Refresh, retry, expire (two weeks) and how long a "no" is kept: RFC 1912 s. 2.2, RFC 2308 s. 5.
SOA_TIMES_SECONDS = (10_800, 3600, 1_209_600, 3600)
NATIVE, PRIMARY = "Native", "Master"
COPIES = frozenset({"Slave", "Secondary", "Consumer"})
UNAUTHORIZED, FORBIDDEN, NO_ZONE, CONFLICT, INVALID = 401, 403, 404, 409, 422
_SPACED_HEXADECIMAL = {"TLSA": 3, "SSHFP": 2, "DS": 3}  # fields before the digits
_QUOTED_PARAMETER = re.compile(r'="([^"\\\s]*)"')

CONFIG_FIELDS = (
    SettingField(
        name="url",
        label="Address of the API",
        kind=FieldKind.URL,
        required=True,
        help="As in https://dns1.example:8081. Without TLS the API key can be read on the way.",
    ),
    SettingField(
        name="name_servers",
        label="Name servers",
        required=True,
        help="Host names that answer for the zones, separated by commas; at least two.",
    ),
    SettingField(
        name="zone_kind",
        label="How other servers get new zones",
        kind=FieldKind.CHOICE,
        default=NATIVE,
        choices=((NATIVE, "They share its database"), (PRIMARY, "By zone transfer (AXFR)")),
    ),
    SettingField(
        name="hostmaster",
        label="E-mail address in the SOA of new zones",
        help="Empty: hostmaster@ and the zone's name.",
    ),
    SettingField(
        name="server_id",
        label="Server id",
        default="localhost",
        help="PowerDNS itself is always localhost; a proxy in front of several may name others.",
    ),
    SettingField(
        name="ca_file",
        label="File of the certificate authority",
        help="A PEM file on this machine, where the certificate is of an authority of your own.",
    ),
)
CREDENTIAL_FIELDS = (
    SettingField(
        name="api_key", label="API key", required=True, help="The value of api-key in pdns.conf."
    ),
)


class PowerDns:
    """One PowerDNS server."""

    def __init__(self, context: ProviderContext) -> None:
        self.context = context
        self._http = context.http
        root = str(context.config["url"]).rstrip("/").removesuffix("/api/v1")
        self._server = f"{root}/api/v1/servers/{context.config['server_id']}"
        self._headers = {"X-API-Key": str(context.credentials["api_key"])}

    def probe(self) -> ProbeReport:
        """Tell which server answers; reads only."""
        answer = self._read("")
        if answer.status == NO_ZONE:
            raise ProviderRejected(
                f"There is no PowerDNS API with the server {self.context.config['server_id']} "
                "at this address."
            )
        found = _checked(answer).json()
        if found.get("daemon_type") != "authoritative":
            raise ProviderRejected(
                "This is a PowerDNS that answers questions of others: an authoritative server is "
                "needed."
            )
        note = f"version {found.get('version', 'unknown')}"
        if self._key_is_readable():
            note += "; the API key travels without encryption"
        host = urlsplit(self._server).hostname
        return ProbeReport(account=f"PowerDNS {found['id']} at {host}", note=note)

    def read_zone(self, name: str) -> RemoteZone | None:
        """Return the zone as it is served: disabled records are left out."""
        answer = self._read(_zone_path(name))
        if answer.status == NO_ZONE:
            return None
        found = _checked(answer).json()
        sets = (_record_set(one) for one in found["rrsets"])
        return RemoteZone(
            name=name,
            reference=str(found["id"]),
            record_sets=tuple(sorted(one for one in sets if one is not None and one.type != "SOA")),
            # With DNSSEC, the served serial may be another one than the kept one (SOA-EDIT).
            serial=int(found.get("edited_serial") or found["serial"]),
            owner_mark=found.get("account") or UNMARKED,
        )

    def create_zone(self, order: ZoneOrder) -> None:
        """Make the zone with its SOA and NS set; one that exists is left as it is."""
        apex = f"{order.name}."
        body = {
            "name": apex,
            "kind": self.context.config["zone_kind"],
            "account": order.owner_mark,
            # The server raises the serial with each change (YYYYMMDDnn) and keeps DNSSEC in order.
            "soa_edit_api": "DEFAULT",
            "api_rectify": True,
            "nameservers": [],
            "rrsets": [
                _sent(RecordSet(apex, "SOA", SOA_TTL_SECONDS, (self._soa(order),))),
                _sent(
                    RecordSet(
                        apex,
                        "NS",
                        NS_TTL_SECONDS,
                        tuple(sorted(f"{host}." for host in order.name_servers)),
                    )
                ),
            ],
        }
        answer = self._act("POST", "/zones", body)
        if answer.status != CONFLICT:
            _checked(answer)

    def change_zone(self, name: str, changes: Sequence[RecordSetChange]) -> None:
        """Carry out all the changes or none, in one request; comments on the server stay."""
        kind = self._kind_of_ours(name)
        if kind is None:
            raise ProviderRejected(f"There is no zone {name}.")
        # What goes must go first: an alias (CNAME) makes room for an address of the same name.
        ordered = sorted(changes, key=lambda change: change.after is not None)
        body = {"rrsets": [_replaced(change) for change in ordered]}
        _checked(self._act("PATCH", _zone_path(name), body))
        if kind == PRIMARY:
            self._notify(name)

    def delete_zone(self, name: str) -> None:
        """Take the zone away; one that does not exist is gone already."""
        if self._kind_of_ours(name) is None:
            return
        answer = self._act("DELETE", _zone_path(name))
        if answer.status != NO_ZONE:
            _checked(answer)

    def adopt_zone(self, name: str, *, owner_mark: str) -> None:
        """Put our mark on a zone that was there before."""
        found = self._properties(name)
        if found is None:
            raise ProviderRejected(f"There is no zone {name}.")
        _check_no_copy(name, found)
        body = {"account": owner_mark, "soa_edit_api": "DEFAULT", "api_rectify": True}
        _checked(self._act("PUT", _zone_path(name), body))

    def _kind_of_ours(self, name: str) -> str | None:
        """Return how a zone with a mark is kept; None when the server does not have the zone."""
        found = self._properties(name)
        if found is None:
            return None
        if not found.get("account"):
            raise ProviderRejected(
                f"{name} on the server was not made by this platform: it is not touched."
            )
        _check_no_copy(name, found)
        return str(found["kind"])

    def _properties(self, name: str) -> dict[str, Any] | None:
        answer = self._read(_zone_path(name), rrsets="false")
        return None if answer.status == NO_ZONE else dict(_checked(answer).json())

    def _notify(self, name: str) -> None:
        """Tell the secondary servers now; else they ask or are told within minutes anyway."""
        try:
            self._act("PUT", f"{_zone_path(name)}/notify")
        except ProviderError:
            return

    def _soa(self, order: ZoneOrder) -> str:
        contact = str(self.context.config.get("hostmaster") or f"hostmaster@{order.name}")
        local, _, host = contact.rpartition("@")
        if not local or not host:
            raise ProviderRejected(f"{contact} is no e-mail address for the SOA.")
        mailbox = local.replace(".", "\\.") + f".{host.rstrip('.')}."
        times = " ".join(str(seconds) for seconds in SOA_TIMES_SECONDS)
        return f"{order.name_servers[0]}. {mailbox} 0 {times}"

    def _key_is_readable(self) -> bool:
        parts = urlsplit(self._server)
        return parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}

    def _read(self, path: str, **params: str) -> HttpAnswer:
        return self._http.read("GET", self._server + path, headers=self._headers, params=params)

    def _act(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> HttpAnswer:
        parts: dict[str, Any] = {"headers": self._headers}
        if body is not None:
            parts["json"] = body
        return self._http.act(method, self._server + path, **parts)


def _zone_path(name: str) -> str:
    """Return the address of a zone: PowerDNS writes unusual characters of its ids as ``=2F``."""
    escaped = re.sub(r"[^A-Za-z0-9.-]", lambda found: f"={ord(found[0]):02X}", name)
    return f"/zones/{escaped}."


def _check_no_copy(name: str, found: Mapping[str, Any]) -> None:
    if found.get("kind") in COPIES:
        raise ProviderRejected(
            f"This server holds {name} as a copy of another server's zone: change it there."
        )


def _checked(answer: HttpAnswer) -> HttpAnswer:
    """Return the answer of a request that succeeded.

    Raises:
        ProviderRejected: a redirect, a wrong key, or a sentence of PowerDNS (422).
        ProviderUnavailable, ProviderOutcomeUnknown: see ``HttpAnswer.check``.
    """
    if 300 <= answer.status < 400:
        raise ProviderRejected("The address of the API leads elsewhere (a redirect).")
    if answer.status in {UNAUTHORIZED, FORBIDDEN}:
        raise ProviderRejected("PowerDNS refuses the API key, or this machine's address.")
    is_json = "json" in answer.headers.get("content-type", "")
    if answer.status == INVALID and is_json:
        raise ProviderRejected(str(answer.json().get("error", answer.text))[:500], status=INVALID)
    return answer.check()


def _record_set(found: Mapping[str, Any]) -> RecordSet | None:
    """Return a set as it is served; None when nothing of it is (comments, disabled records)."""
    served = [one["content"] for one in found["records"] if not one.get("disabled")]
    if not served:
        return None
    kind = str(found["type"])
    return RecordSet(
        name=str(found["name"]).lower(),
        type=kind,
        ttl=int(found["ttl"]),
        contents=tuple(sorted({canonical_content(kind, content) for content in served})),
    )


def _replaced(change: RecordSetChange) -> dict[str, Any]:
    if change.after is None:
        gone = change.record_set
        return {"name": gone.name, "type": gone.type, "changetype": "DELETE"}
    return {**_sent(change.after), "changetype": "REPLACE"}


def _sent(wanted: RecordSet) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "type": wanted.type,
        "ttl": wanted.ttl,
        "records": [
            {"content": _server_text(wanted.type, content), "disabled": False}
            for content in wanted.contents
        ],
    }


def _server_text(record_type: str, content: str) -> str:
    """Return a content as PowerDNS itself writes it: it refuses another spelling."""
    if record_type in {"HTTPS", "SVCB"}:
        return _QUOTED_PARAMETER.sub(r"=\1", content)
    fields = _SPACED_HEXADECIMAL.get(record_type)
    if fields is None:
        return content
    *numbers, digits = content.split(" ", fields)
    return " ".join([*numbers, digits.replace(" ", "")])
