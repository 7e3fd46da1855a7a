"""A fake of Amazon Route 53 Domains: a server of our own, held to the service model of botocore.

Each request must be signed for us-east-1, name an operation of the model and have exactly the
members of its input shape, within their enums, lengths and ranges; each answer is checked against
the output shape before it leaves. What the model does not say (names in the account, operations
that take their time, the zone that Amazon makes for a new name) follows Amazon's documentation.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import botocore.session
from botocore.model import Shape
from botocore.validate import ParamValidator

from domains.rules.terms import years_later
from ispplatform.core.clock import system_now

ACCOUNT = "123456789012"
MODEL = botocore.session.Session().get_service_model("route53domains")
PHONE = re.compile(r"\+[0-9]{1,3}\.[0-9]{4,14}")
AMAZONS_SERVERS = ("ns-1.awsdns-01.com", "ns-2.awsdns-02.net")
SCOPE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([A-Za-z0-9]+)/\d{8}/us-east-1/(route53domains|sts)/aws4_request"
    r", SignedHeaders=\S+, Signature=[0-9a-f]{64}"
)


class Refusal(Exception):
    """An answer with an error code."""

    def __init__(self, code: str, message: str = "", *, status: int = 400, **fields: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.status, self.fields = code, message, status, fields


@dataclass
class Fault:
    """What goes wrong with the next request for an operation.

    Args:
        before: raised instead of acting.
        lose: the connection is closed after the act, without an answer.
        raw: (status, content type, body) answered instead of the answer, after the act.
        stall: the answer is kept back, after the act, until the test lets it go.
    """

    operation: str
    before: Refusal | None = None
    lose: bool = False
    raw: tuple[int, str, bytes] | None = None
    stall: threading.Event | None = None


@dataclass
class FakeRoute53:
    """The account behind the server.

    Attributes:
        holds: operations stay SUBMITTED until ``finish`` or ``fail``; else they end at once.
        hidden: operations that ListOperations does not show yet.
        keys: ids of the access keys that asked.
        requests: (operation, params) of everything that arrived and was of the right form.
    """

    url: str = ""
    holds: bool = False
    names: dict[str, dict[str, Any]] = field(default_factory=dict)
    operations: dict[str, dict[str, Any]] = field(default_factory=dict)
    effects: dict[str, Callable[[], None]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    availability: dict[str, list[Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    page_size: int = 100
    clock_ahead_seconds: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def asked(self, operation: str) -> list[dict[str, Any]]:
        """Return the params of each request for an operation."""
        return [params for name, params in self.requests if name == operation]

    def finish(self, operation_id: str) -> None:
        """Let a held operation take effect."""
        self.effects.pop(operation_id)()
        self.operations[operation_id]["Status"] = "SUCCESSFUL"

    def fail(self, operation_id: str, message: str) -> None:
        """Let a held operation fail."""
        self.effects.pop(operation_id)
        self.operations[operation_id] |= {"Status": "FAILED", "Message": message}

    def finish_all(self) -> None:
        """Let everything that is held take effect."""
        for operation_id in list(self.effects):
            self.finish(operation_id)

    # --------------------------------------------------------------------- what it can be asked

    def CheckDomainAvailability(self, DomainName: str) -> dict[str, Any]:
        prepared = self.availability.get(DomainName)
        if prepared:
            told = prepared.pop(0) if len(prepared) > 1 else prepared[0]
            if isinstance(told, Refusal):
                raise told
            return told if isinstance(told, dict) else {"Availability": told}
        return {"Availability": "UNAVAILABLE" if DomainName in self.names else "AVAILABLE"}

    def RegisterDomain(self, DomainName: str, **wanted: Any) -> dict[str, Any]:
        for role in ("AdminContact", "RegistrantContact", "TechContact"):
            check_contact(wanted[role])
        if DomainName in self.names:
            raise Refusal("InvalidInput", f"[{DomainName} is not available]")
        self._check_idle(DomainName, "REGISTER_DOMAIN")
        self._check_consent(wanted)

        def register() -> None:
            now = system_now().replace(microsecond=0)
            self.names[DomainName] = {
                "DomainName": DomainName,
                "Nameservers": [{"Name": host, "GlueIps": []} for host in AMAZONS_SERVERS],
                "AutoRenew": wanted.get("AutoRenew", True),
                "AdminContact": wanted["AdminContact"],
                "RegistrantContact": wanted["RegistrantContact"],
                "TechContact": wanted["TechContact"],
                "RegistrantPrivacy": wanted.get("PrivacyProtectRegistrantContact", True),
                "RegistrarName": "Amazon Registrar, Inc.",
                "CreationDate": now,
                "ExpirationDate": years_later(now, wanted["DurationInYears"]),
                "StatusList": ["clientTransferProhibited"],
            }

        return self._start(DomainName, "REGISTER_DOMAIN", register)

    def RenewDomain(
        self,
        DomainName: str,
        CurrentExpiryYear: int,
        DurationInYears: int = 1,
        **wanted: Any,
    ) -> dict[str, Any]:
        held = self._held(DomainName)
        if held["ExpirationDate"].year != CurrentExpiryYear:
            raise Refusal("InvalidInput", "CurrentExpiryYear does not match.")
        self._check_idle(DomainName, "RENEW_DOMAIN")
        self._check_consent({**wanted, "DurationInYears": DurationInYears})

        def renew() -> None:
            held["ExpirationDate"] = years_later(held["ExpirationDate"], DurationInYears)

        return self._start(DomainName, "RENEW_DOMAIN", renew)

    def GetDomainDetail(self, DomainName: str) -> dict[str, Any]:
        return self._held(DomainName)

    def GetOperationDetail(self, OperationId: str) -> dict[str, Any]:
        if OperationId not in self.operations:
            raise Refusal("InvalidInput", f"Operation {OperationId} not found.")
        return self.operations[OperationId]

    def ListOperations(
        self,
        SubmittedSince: float = 0,
        Type: tuple[str, ...] = (),
        Status: tuple[str, ...] = (),
        Marker: str = "0",
        **order: Any,
    ) -> dict[str, Any]:
        found = [
            one
            for one in self.operations.values()
            if one["OperationId"] not in self.hidden
            and one["SubmittedDate"].timestamp() >= SubmittedSince
            and (not Type or one["Type"] in Type)
            and (not Status or one["Status"] in Status)
        ]
        found.sort(key=lambda one: one["SubmittedDate"], reverse=order["SortOrder"] == "DESC")
        begin, end = int(Marker), int(Marker) + self.page_size
        more = {"NextPageMarker": str(end)} if end < len(found) else {}
        return {"Operations": found[begin:end], **more}

    def ListDomains(self, MaxItems: int = 20) -> dict[str, Any]:
        return {"Domains": [{"DomainName": name} for name in list(self.names)[:MaxItems]]}

    def UpdateDomainNameservers(
        self,
        DomainName: str,
        Nameservers: list[dict[str, Any]],
    ) -> dict[str, Any]:
        held = self._held(DomainName)
        self._check_idle(DomainName, "UPDATE_NAMESERVER")
        return self._start(
            DomainName, "UPDATE_NAMESERVER", lambda: held.update(Nameservers=Nameservers)
        )

    def EnableDomainTransferLock(self, DomainName: str) -> dict[str, Any]:
        return self._lock(DomainName, ["clientTransferProhibited"])

    def DisableDomainTransferLock(self, DomainName: str) -> dict[str, Any]:
        return self._lock(DomainName, ["ok"])

    def EnableDomainAutoRenew(self, DomainName: str) -> dict[str, Any]:
        self._held(DomainName)["AutoRenew"] = True
        return {}

    def DisableDomainAutoRenew(self, DomainName: str) -> dict[str, Any]:
        self._held(DomainName)["AutoRenew"] = False
        return {}

    def UpdateDomainContact(self, DomainName: str, **contacts: Any) -> dict[str, Any]:
        held = self._held(DomainName)
        for contact in contacts.values():
            check_contact(contact)
        return self._start(DomainName, "UPDATE_DOMAIN_CONTACT", lambda: held.update(contacts))

    def RetrieveDomainAuthCode(self, DomainName: str) -> dict[str, Any]:
        self._held(DomainName)
        return {"AuthCode": "a-secret-transfer-code"}

    # ------------------------------------------------------------------------------- underneath

    def _held(self, name: str) -> dict[str, Any]:
        if name not in self.names:
            raise Refusal("InvalidInput", f"Domain {name} not found in {ACCOUNT} account.")
        return self.names[name]

    def _lock(self, name: str, statuses: list[str]) -> dict[str, Any]:
        held = self._held(name)
        return self._start(name, "DOMAIN_LOCK", lambda: held.update(StatusList=statuses))

    def _check_idle(self, name: str, kind: str) -> None:
        for one in self.operations.values():
            is_running = one["Status"] in ("SUBMITTED", "IN_PROGRESS", "ERROR")
            if is_running and (one["DomainName"], one["Type"]) == (name, kind):
                raise Refusal(
                    "DuplicateRequest", "The request is running.", requestId=one["OperationId"]
                )

    def _check_consent(self, wanted: dict[str, Any]) -> None:
        if "Consent" in wanted and wanted["Consent"]["MaxPrice"] < 14 * wanted["DurationInYears"]:
            raise Refusal("InvalidInput", "The price is more than MaxPrice.")

    def _start(self, name: str, kind: str, effect: Callable[[], None]) -> dict[str, Any]:
        operation_id = f"operation-{len(self.operations) + 1}"
        self.operations[operation_id] = {
            "OperationId": operation_id,
            "Status": "SUBMITTED",
            "DomainName": name,
            "Type": kind,
            "SubmittedDate": system_now(),
        }
        self.effects[operation_id] = effect
        if not self.holds:
            self.finish(operation_id)
        return {"OperationId": operation_id}

    def answer(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Check a request's form, act, and return the answer in its form."""
        if operation not in MODEL.operation_names:
            raise Refusal("UnknownOperationException", operation)
        model = MODEL.operation_model(operation)
        check(model.input_shape, params, operation)
        with self.lock:
            self.requests.append((operation, params))
            told = getattr(self, operation)(**params)
        if model.output_shape is not None:
            check(model.output_shape, told, f"answer to {operation}")
        return told


def check_contact(contact: dict[str, Any]) -> None:
    """Raise the refusal of a contact that Amazon would not take."""
    if not PHONE.fullmatch(contact["PhoneNumber"]):
        raise Refusal("InvalidInput", f"Invalid phone number {contact['PhoneNumber']}")
    if contact["ContactType"] != "PERSON" and not contact.get("OrganizationName"):
        raise Refusal("InvalidInput", "OrganizationName is required")


def check(shape: Shape | None, value: Any, where: str) -> None:
    """Raise a refusal when a value is not of a shape of the model, whole and nothing beyond."""
    if shape is None:
        return
    report = ParamValidator().validate(value, shape)
    wrong = [report.generate_report()] if report.has_errors() else []
    wrong += list(bounds(shape, value, where))
    if wrong:
        raise Refusal("ValidationException", f"{where}: {'; '.join(wrong)}")


def bounds(shape: Shape, value: Any, where: str) -> Iterator[str]:
    """Yield what the library's own validator lets pass: enums, longest texts, largest numbers."""
    if shape.type_name == "structure":
        for name, inner in value.items():
            if name in shape.members:
                yield from bounds(shape.members[name], inner, f"{where}.{name}")
    elif shape.type_name == "list":
        for inner in value:
            yield from bounds(shape.member, inner, where)
    elif shape.type_name == "string":
        if shape.enum and value not in shape.enum:
            yield f"{where} is {value!r}, which is not in the enum"
        if len(value) > shape.metadata.get("max", len(value)):
            yield f"{where} is too long"
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            yield f"{where} is {value!r}, which does not match {pattern}"
    elif shape.type_name == "integer" and value > shape.metadata.get("max", value):
        yield f"{where} is too large"


class _Handler(BaseHTTPRequestHandler):
    account: FakeRoute53

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = SCOPE.fullmatch(self.headers.get("Authorization", ""))
        if signed is None or "X-Amz-Date" not in self.headers:
            self._refuse(Refusal("IncompleteSignatureException", "Not signed for us-east-1."))
            return
        self.account.keys.add(signed[1])
        if signed[2] == "sts":
            self._sts(parse_qs(body.decode()))
        else:
            self._domains(body)

    def _domains(self, body: bytes) -> None:
        target = self.headers.get("X-Amz-Target", "")
        operation = target.removeprefix("Route53Domains_v20140515.")
        fault = next((one for one in self.account.faults if one.operation == operation), None)
        if fault is not None:
            self.account.faults.remove(fault)
        try:
            if fault is not None and fault.before is not None:
                raise fault.before
            told = self.account.answer(operation, json.loads(body))
        except Refusal as refusal:
            self._refuse(refusal)
            return
        if fault is not None and fault.stall is not None:
            fault.stall.wait()
        if fault is not None and (fault.lose or fault.stall is not None):
            self.close_connection = True
            self.connection.close()
        elif fault is not None and fault.raw is not None:
            self._write(*fault.raw)
        else:
            plain = json.dumps(told, default=lambda moment: moment.timestamp())
            self._write(200, "application/x-amz-json-1.1", plain.encode())

    def _sts(self, form: dict[str, list[str]]) -> None:
        action = form["Action"][0]
        key = SCOPE.fullmatch(self.headers["Authorization"])[1]
        if key == "AKIAREVOKED":
            self._xml(403, _ERROR.format("InvalidClientTokenId", "The token is invalid."))
        elif action == "AssumeRole":
            self.account.requests.append(("AssumeRole", {k: v[0] for k, v in form.items()}))
            self._xml(200, _LENT)
        else:
            self._xml(200, _CALLER)

    def _xml(self, status: int, body: str) -> None:
        self._write(status, "text/xml", body.encode())

    def _refuse(self, refusal: Refusal) -> None:
        told = {"__type": refusal.code, "message": refusal.message, **refusal.fields}
        self._write(refusal.status, "application/x-amz-json-1.1", json.dumps(told).encode())

    def _write(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-amzn-RequestId", "request-1")
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        now = system_now().timestamp() if timestamp is None else timestamp
        return super().date_time_string(int(now) + self.account.clock_ahead_seconds)

    def log_message(self, *parts: Any) -> None:
        """Keep the tests' output clean."""


_NAMESPACE = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'
_ERROR = (
    f"<ErrorResponse {_NAMESPACE}><Error><Code>{{}}</Code><Message>{{}}</Message></Error>"
    "</ErrorResponse>"
)
_CALLER = (
    f"<GetCallerIdentityResponse {_NAMESPACE}><GetCallerIdentityResult>"
    f"<Arn>arn:aws:iam::{ACCOUNT}:user/isp</Arn><UserId>AIDA</UserId><Account>{ACCOUNT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
_LENT = (
    f"<AssumeRoleResponse {_NAMESPACE}><AssumeRoleResult><Credentials>"
    "<AccessKeyId>ASIALENT</AccessKeyId><SecretAccessKey>lent-secret-key</SecretAccessKey>"
    "<SessionToken>lent-session-token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration>"
    "</Credentials></AssumeRoleResult></AssumeRoleResponse>"
)


@contextmanager
def fake_route53() -> Iterator[FakeRoute53]:
    """Run the fake on a free port of this machine."""
    account = FakeRoute53()
    handler = type("Handler", (_Handler,), {"account": account})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    account.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield account
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
