"""A fake of Stripe, ours and strict: it does what Stripe's pages say and a lenient one forgets.

It keeps idempotency keys with their first answer (500s too), refuses parameters that it does not
know, requests without the pinned version, over-refunds, detached cards and captures beyond what
is reserved; it can answer late, wrong, or not at all. What it says was held against
docs.stripe.com (error-low-level, idempotent_requests, payment_intents, refunds, disputes).
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

from billing.providers.payments.stripe.transport import API_VERSION
from ispplatform.core.clock import system_now
from tests.billing.gateways import fake_books as books

ZERO_DECIMAL = {"jpy", "krw", "clp"}
MISTAKE = "invalid_request_error"
SECONDS_HUNG_UP = 60


@dataclass
class Card:
    """How a card behaves at the fake."""

    behavior: str = "succeeds"
    last4: str = "4242"


@dataclass
class Trouble:
    """What goes wrong with the next requests that match.

    Args:
        kind: ``before`` (500, nothing done), ``after`` (500, done), ``lost`` (done, no answer),
            ``hangs`` (done, and the caller waits for the answer), ``limit`` (429),
            ``forbidden`` (403), ``locked`` (409 of objects), ``in_use`` (409 of the key).
        path: matches requests whose path ends with it.
        method: HTTP method.
        times: how many requests it spoils.
    """

    kind: str
    path: str
    method: str = "POST"
    times: int = 1


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, kind: str, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": message, **more}}


@dataclass
class FakeStripe:
    """The books of one account, and how it is reached."""

    base: str = ""
    key: str = "sk_test_northwind"
    livemode: bool = False
    charges_enabled: bool = True
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    keys: dict[str, tuple[str, int, dict[str, Any]]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    search_knows: bool = True
    turn: Any = field(default_factory=threading.Lock)
    release: threading.Event = field(default_factory=threading.Event)
    _ids: Any = field(default_factory=lambda: count(1))

    # What a test does there

    def card(self, behavior: str = "succeeds", last4: str = "4242") -> str:
        """Enter a card into Stripe's form; return its token."""
        made = self._new("pm", "payment_method", type="card", customer=None)
        made["card"] = {"brand": "visa", "last4": last4, "exp_month": 12, "exp_year": 2030}
        self.cards[made["id"]] = Card(behavior, last4)
        return str(made["id"])

    def trouble(self, kind: str, path: str, *, method: str = "POST", times: int = 1) -> None:
        self.troubles.append(Trouble(kind, path, method, times))

    def answer_bank(self, reference: str, *, approved: bool) -> dict[str, Any]:
        """Answer the bank's question about a payment, as its customer does."""
        intent = self.objects[reference]
        assert intent["status"] == "requires_action"
        intent["next_action"] = None
        if approved:
            self._take(intent)
        else:
            self._fail(intent, "payment_intent_authentication_failure", None)
        return intent

    def event(self, kind: str, thing: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """An event about an object as it stands now, or as ``changes`` claim."""
        return {
            **self._new("evt", "event", api_version=API_VERSION),
            "type": kind,
            "data": {"object": json.loads(json.dumps({**thing, **changes}))},
        }

    def signed(
        self, event: dict[str, Any], *, secret: str = "whsec_northwind", at: int | None = None
    ) -> tuple[str, str]:
        """The body and the header with which an event is sent; ``at`` is when it was signed."""
        body = json.dumps(event)
        return body, self.signature_of(body, secret=secret, at=at)

    def signature_of(
        self, body: str, *, secret: str = "whsec_northwind", at: int | None = None
    ) -> str:
        """The header for a body."""
        stamp = int(system_now().timestamp()) if at is None else at
        made: str = stripe.WebhookSignature.generate_signature_header(body, secret, stamp)
        return made

    def dispute(self, intent: dict[str, Any], **values: Any) -> dict[str, Any]:
        """The cardholder goes to the bank."""
        return self._new(
            "dp",
            "dispute",
            payment_intent=intent["id"],
            charge=intent["latest_charge"],
            evidence={"customer_name": "Anna Example"},
            amount=intent["amount"],
            currency=intent["currency"],
            status="needs_response",
            reason="fraudulent",
            evidence_details={"due_by": 1800000000},
            balance_transactions=[],
            **values,
        )

    def pay_out(self) -> dict[str, Any]:
        """Stripe pays out, as it does by itself."""
        return books.paid_out(self)

    def withdraw(self, dispute: dict[str, Any], *, fee: int = 1500) -> dict[str, Any]:
        """Take the disputed money and a fee from the account, as happens with a real dispute."""
        taken = books.moved(self, dispute, "adjustment", -dispute["amount"], fee)
        dispute["balance_transactions"].append(taken)
        return dispute

    def decide(self, dispute: dict[str, Any], status: str, *, fee_back: int = 0) -> dict[str, Any]:
        """The bank decides; what is won is given back, the fee where the contract says so."""
        dispute["status"] = status
        if status == "won" and dispute["balance_transactions"]:
            given = books.moved(self, dispute, "adjustment", dispute["amount"], -fee_back)
            dispute["balance_transactions"].append(given)
        return dispute

    def calls(self, path: str, method: str = "POST") -> int:
        """How many requests came for an address, whatever became of them."""
        return sum(1 for seen in self.requests if seen == (method, path))

    # How it answers

    def answer(
        self, method: str, path: str, params: dict[str, Any], headers: Any
    ) -> tuple[int, dict[str, Any], dict[str, str]] | None:
        """Return status, body and headers; None for no answer at all."""
        self.requests.append((method, path))
        trouble = self._trouble(method, path)
        with self.turn:
            answer = self._answer(trouble, method, path, params, headers)
        if trouble == "hangs":
            self.release.wait(SECONDS_HUNG_UP)
            return None
        return answer

    def _answer(
        self, trouble: str, method: str, path: str, params: dict[str, Any], headers: Any
    ) -> tuple[int, dict[str, Any], dict[str, str]] | None:
        key = headers.get("Idempotency-Key", "") if method == "POST" else ""
        digest = json.dumps([path, params], sort_keys=True)
        if trouble == "limit":
            return _refused(429, "invalid_request_error", "rate_limit", "Too many requests.")
        if trouble in {"locked", "in_use"}:
            code = "lock_timeout" if trouble == "locked" else "idempotency_key_in_use"
            return _refused(409, MISTAKE, code, "Another request is at it.")
        if trouble == "forbidden":
            return _refused(403, MISTAKE, "", "This key may not read that.")
        if key in self.keys:
            known, status, body = self.keys[key]
            if known != digest:
                return _refused(
                    400,
                    "idempotency_error",
                    "",
                    "Keys for idempotent requests can only be "
                    "used with the same parameters they were first used with.",
                )
            return status, body, {"Idempotent-Replayed": "true"}
        if trouble == "before":
            return self._kept(key, digest, 500, _error("api_error", "", "Something broke."))
        try:
            self._authorized(headers)
            status, body = 200, self._route(method, path, params)
        except Refusal as refusal:
            status, body = refusal.status, refusal.body
        if trouble == "after":
            return self._kept(key, digest, 500, _error("api_error", "", "Something broke."))
        body = json.loads(json.dumps(body))
        began = status < 400 or status == 402  # what fails validation is not kept
        answer = self._kept(key if began else "", digest, status, body)
        return None if trouble == "lost" else answer

    def _kept(
        self, key: str, digest: str, status: int, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        if key:
            self.keys[key] = (digest, status, body)
        return status, body, {}

    def _trouble(self, method: str, path: str) -> str:
        for trouble in self.troubles:
            if trouble.times and trouble.method == method and path.endswith(trouble.path):
                trouble.times -= 1
                return trouble.kind
        return ""

    def _authorized(self, headers: Any) -> None:
        if headers.get("Authorization") != f"Bearer {self.key}":
            raise Refusal(401, MISTAKE, "api_key_expired", "Invalid API Key provided.")
        if headers.get("Stripe-Version") != API_VERSION:
            raise Refusal(400, MISTAKE, "", "This fake speaks the pinned version only.")

    def _route(self, method: str, path: str, params: dict[str, Any]) -> dict[str, Any]:
        parts = path.removeprefix("/v1/").split("/")
        if path == "/v1/account":
            return self._account()
        if path == "/v1/balance":
            return {"object": "balance", "livemode": self.livemode}
        if path == "/v1/customers/search":
            return self._search(params)
        name = parts[0].removesuffix("s")
        if len(parts) == 1:
            act = f"_{'create' if method == 'POST' else 'list'}_{name}"
        elif len(parts) == 2:
            _only(params, "expand")
            found = self._find(name, parts[1])
            return self._expanded(found, params)
        else:
            act = f"_{parts[2]}_{name}"
            params = {"id": parts[1], **params}
        handler = getattr(self, act, None)
        if handler is None:
            raise Refusal(404, MISTAKE, "", f"Unrecognized request URL ({method}: {path}).")
        made: dict[str, Any] = handler(params)
        return made

    def _account(self) -> dict[str, Any]:
        return {
            "id": "acct_northwind",
            "object": "account",
            "charges_enabled": self.charges_enabled,
            "settings": {"dashboard": {"display_name": "Northwind"}},
        }

    def _new(self, prefix: str, kind: str, **values: Any) -> dict[str, Any]:
        number = next(self._ids)
        made = {
            "id": f"{prefix}_{number:014d}",
            "object": kind,
            "created": int(system_now().timestamp()),
            "livemode": self.livemode,
            **values,
        }
        self.objects[made["id"]] = made
        return made

    def _find(self, kind: str, reference: str) -> dict[str, Any]:
        found = self.objects.get(reference)
        if found is None or found["object"] != kind:
            raise Refusal(404, MISTAKE, "resource_missing", f"No such {kind}: '{reference}'")
        return found

    def _expanded(self, found: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
        made = dict(found)
        for path in params.get("expand", []):
            made = books.expanded(self, made, path)
        return made

    def _listed(
        self, url: str, rows: list[dict[str, Any]], params: dict[str, Any]
    ) -> dict[str, Any]:
        rows = sorted(rows, key=lambda row: str(row["id"]), reverse=True)
        after = params.get("starting_after")
        if after:
            rows = rows[[row["id"] for row in rows].index(after) + 1 :]
        limit = min(int(params.get("limit", 10)), 100)
        return {
            "object": "list",
            "url": url,
            "data": rows[:limit],
            "has_more": len(rows) > limit,
        }

    def _list_balance_transaction(self, params: dict[str, Any]) -> dict[str, Any]:
        _only(params, "created", "payout", "limit", "starting_after", "expand")
        return books.listed_movements(self, params)

    def _list_payout(self, params: dict[str, Any]) -> dict[str, Any]:
        _only(params, "created", "limit", "starting_after")
        rows = [row for row in self.objects.values() if row["object"] == "payout"]
        return self._listed("/v1/payouts", rows, params)

    def _create_customer(self, params: dict[str, Any]) -> dict[str, Any]:
        _only(params, "description", "metadata")
        return self._new("cus", "customer", **{"metadata": {}, **params})

    def _search(self, params: dict[str, Any]) -> dict[str, Any]:
        _only(params, "query", "limit")
        name, value = (part.strip("'") for part in params["query"][9:].split("]:"))
        rows = [
            row
            for row in self.objects.values()
            if row["object"] == "customer" and row["metadata"].get(name) == value
        ]
        return {
            "object": "search_result",
            "url": "/v1/customers/search",
            "data": rows if self.search_knows else [],
            "has_more": False,
        }

    def _attach_payment_method(self, params: dict[str, Any]) -> dict[str, Any]:
        _only(params, "id", "customer")
        method = self._find("payment_method", params["id"])
        self._find("customer", params["customer"])
        if self.cards[method["id"]].behavior == "unattachable":
            raise Refusal(
                402,
                "card_error",
                "card_declined",
                "Your card was declined.",
                decline_code="generic_decline",
            )
        if method.get("used_up") or method["customer"]:
            raise Refusal(400, MISTAKE, "payment_method_unexpected_state", "It was used before.")
        method["customer"] = params["customer"]
        return method

    def _detach_payment_method(self, params: dict[str, Any]) -> dict[str, Any]:
        method = self._find("payment_method", params["id"])
        if method["customer"] is None:
            raise Refusal(400, MISTAKE, "", "It is not attached, so detaching is impossible.")
        method["customer"], method["used_up"] = None, True
        return method

    def _create_setup_intent(self, params: dict[str, Any]) -> dict[str, Any]:
        _only(params, "customer", "usage", "payment_method_types")
        self._find("customer", params["customer"])
        made = self._new("seti", "setup_intent", status="requires_payment_method", **params)
        made["client_secret"] = f"{made['id']}_secret_x"
        made["payment_method"] = None
        return made

    def confirm_setup(self, reference: str, method: str) -> None:
        """Do in the browser what keeps a card."""
        intent = self.objects[reference]
        self.objects[method]["customer"] = intent["customer"]
        intent.update(status="succeeded", payment_method=method)

    def _create_payment_intent(self, params: dict[str, Any]) -> dict[str, Any]:
        _only(
            params,
            "amount",
            "currency",
            "customer",
            "payment_method",
            "payment_method_types",
            "capture_method",
            "confirm",
            "description",
            "metadata",
            "off_session",
            "return_url",
            "setup_future_usage",
        )
        if params.get("off_session") == "true" and "setup_future_usage" in params:
            raise Refusal(400, MISTAKE, "", "setup_future_usage does not go with off_session.")
        if int(params["amount"]) < 50 and params["currency"] not in ZERO_DECIMAL:
            raise Refusal(400, MISTAKE, "amount_too_small", "Amount must be at least 50 cents.")
        method = self._find("payment_method", params["payment_method"])
        if method["customer"] != params["customer"]:
            raise Refusal(400, MISTAKE, "", "The PaymentMethod belongs to no such customer.")
        intent = self._new(
            "pi",
            "payment_intent",
            status="requires_confirmation",
            amount=int(params["amount"]),
            amount_received=0,
            amount_refunded=0,
            latest_charge=None,
            next_action=None,
            last_payment_error=None,
            **{
                name: params.get(name)
                for name in ("currency", "customer", "payment_method", "capture_method")
            },
            metadata=params.get("metadata", {}),
            return_url=params.get("return_url"),
            setup_future_usage=params.get("setup_future_usage"),
        )
        intent["client_secret"] = f"{intent['id']}_secret_x"
        self._confirm(intent, off_session=params.get("off_session") == "true")
        return intent

    def _confirm(self, intent: dict[str, Any], *, off_session: bool) -> None:
        behavior = self.cards[intent["payment_method"]].behavior
        if behavior == "authenticates" and off_session:
            self._declined(intent, "authentication_required", "authentication_required")
        elif behavior == "authenticates":
            if not intent["return_url"]:
                raise Refusal(400, MISTAKE, "", "Provide a return_url.")
            intent["status"] = "requires_action"
            intent["next_action"] = {
                "type": "redirect_to_url",
                "redirect_to_url": {
                    "url": f"https://hooks.stripe.com/{intent['id']}",
                    "return_url": intent["return_url"],
                },
            }
        elif behavior == "late":
            intent["status"] = "processing"
        elif behavior.startswith("declined"):
            self._declined(intent, "card_declined", behavior.partition(":")[2] or "generic_decline")
        else:
            self._take(intent)

    def _take(self, intent: dict[str, Any]) -> None:
        if intent["capture_method"] == "manual":
            intent["status"] = "requires_capture"
            return
        intent.update(status="succeeded", amount_received=intent["amount"])
        books.charged(self, intent, intent["amount"])

    def _fail(self, intent: dict[str, Any], code: str, decline_code: str | None) -> dict[str, Any]:
        error = {"type": "card_error", "code": code, "message": "Your card was declined."}
        if decline_code:
            error["decline_code"] = decline_code
        intent.update(status="requires_payment_method", last_payment_error=error)
        return error

    def _declined(self, intent: dict[str, Any], code: str, decline_code: str) -> None:
        error = self._fail(intent, code, decline_code)
        said = {"payment_intent": json.loads(json.dumps(intent)), "decline_code": decline_code}
        raise Refusal(402, "card_error", code, error["message"], **said)

    def _list_payment_intent(self, params: dict[str, Any]) -> dict[str, Any]:
        _only(params, "customer", "limit", "starting_after")
        self._find("customer", params["customer"])
        rows = [
            row
            for row in self.objects.values()
            if row["object"] == "payment_intent" and row["customer"] == params["customer"]
        ]
        return self._listed("/v1/payment_intents", rows, params)

    def _capture_payment_intent(self, params: dict[str, Any]) -> dict[str, Any]:
        _only(params, "id", "amount_to_capture")
        intent = self._find("payment_intent", params["id"])
        units = int(params["amount_to_capture"])
        if intent["status"] != "requires_capture" or units > intent["amount"]:
            raise Refusal(400, MISTAKE, "payment_intent_unexpected_state", "It cannot be captured.")
        intent.update(status="succeeded", amount_received=units)
        books.charged(self, intent, units)
        return intent

    def _cancel_payment_intent(self, params: dict[str, Any]) -> dict[str, Any]:
        intent = self._find("payment_intent", params["id"])
        if intent["status"] in {"succeeded", "canceled", "processing"}:
            raise Refusal(400, MISTAKE, "payment_intent_unexpected_state", "It is over.")
        intent.update(status="canceled", next_action=None)
        return intent

    def _create_refund(self, params: dict[str, Any]) -> dict[str, Any]:
        _only(params, "payment_intent", "amount", "metadata")
        intent = self._find("payment_intent", params["payment_intent"])
        if intent["status"] != "succeeded":
            raise Refusal(400, MISTAKE, "", "This PaymentIntent has no successful charge.")
        units = int(params["amount"])
        if units > intent["amount_received"] - intent["amount_refunded"]:
            raise Refusal(400, MISTAKE, "", "The refund is greater than what is left.")
        behavior = self.cards[intent["payment_method"]].behavior
        intent["amount_refunded"] += units
        refund = self._new(
            "re",
            "refund",
            payment_intent=intent["id"],
            amount=units,
            currency=intent["currency"],
            charge=intent["latest_charge"],
            status="pending" if behavior == "refunds_late" else "succeeded",
            failure_reason=None,
            metadata=params.get("metadata", {}),
        )
        books.moved(self, refund, "refund", -units)
        return refund

    def fail_refund(
        self, reference: str, reason: str = "expired_or_canceled_card"
    ) -> dict[str, Any]:
        """The bank sends a refund back, which may come days after it succeeded."""
        refund = self.objects[reference]
        refund.update(status="failed", failure_reason=reason)
        self.objects[refund["payment_intent"]]["amount_refunded"] -= refund["amount"]
        return refund

    def _list_refund(self, params: dict[str, Any]) -> dict[str, Any]:
        _only(params, "payment_intent", "limit", "starting_after")
        self._find("payment_intent", params["payment_intent"])
        rows = [
            row
            for row in self.objects.values()
            if row["object"] == "refund" and row["payment_intent"] == params["payment_intent"]
        ]
        return self._listed("/v1/refunds", rows, params)


def _error(kind: str, code: str, message: str) -> dict[str, Any]:
    return {"error": {"type": kind, "code": code, "message": message}}


def _refused(
    status: int, kind: str, code: str, message: str
) -> tuple[int, dict[str, Any], dict[str, str]]:
    return status, _error(kind, code, message), {}


def _only(params: dict[str, Any], *known: str) -> None:
    unknown = sorted(set(params) - set(known))
    if unknown:
        raise Refusal(400, MISTAKE, "parameter_unknown", f"Received unknown parameters: {unknown}")


def _tree(text: str) -> dict[str, Any]:
    """Read a form body: ``metadata[a]=b`` and ``expand[0]=c``."""
    made: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        outer, _, inner = name.partition("[")
        inner = inner.rstrip("]")
        if not inner and "[" not in name:
            made[outer] = value
        elif not inner or inner.isdigit():
            made.setdefault(outer, []).append(value)
        else:
            made.setdefault(outer, {})[inner] = value
    return made


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    fake: FakeStripe


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _serve(self) -> None:
        split = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length).decode() if length else split.query
        answer = self.server.fake.answer(self.command, split.path, _tree(text), self.headers)
        if answer is None:
            self.close_connection = True
            return
        status, body, headers = answer
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Request-Id", "req_fake")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _serve  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def fake_stripe_running() -> Iterator[FakeStripe]:
    """Serve a fake on a free port of this machine until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    fake = FakeStripe(base=f"http://127.0.0.1:{server.server_port}")
    server.fake = fake
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        fake.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
