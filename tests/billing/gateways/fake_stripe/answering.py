"""What becomes of a request: keys with their first answers, troubles, and the way to its act."""

import json
from typing import Any

from billing.providers.payments.stripe.transport import API_VERSION
from tests.billing.gateways.fake_stripe.refunds import Refunds
from tests.billing.gateways.fake_stripe.refusals import MISTAKE, Refusal, error, known_only, refused

SECONDS_HUNG_UP = 60


class Answering(Refunds):
    """Answers requests, each key once."""

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
            return refused(429, "invalid_request_error", "rate_limit", "Too many requests.")
        if trouble in {"locked", "in_use"}:
            code = "lock_timeout" if trouble == "locked" else "idempotency_key_in_use"
            return refused(409, MISTAKE, code, "Another request is at it.")
        if trouble == "forbidden":
            return refused(403, MISTAKE, "", "This key may not read that.")
        if key in self.keys:
            known, status, body = self.keys[key]
            if known != digest:
                return refused(
                    400,
                    "idempotency_error",
                    "",
                    "Keys for idempotent requests can only be "
                    "used with the same parameters they were first used with.",
                )
            return status, body, {"Idempotent-Replayed": "true"}
        if trouble == "before":
            return self._kept(key, digest, 500, error("api_error", "", "Something broke."))
        try:
            self._authorized(headers)
            status, body = 200, self._route(method, path, params)
        except Refusal as refusal:
            status, body = refusal.status, refusal.body
        if trouble == "after":
            return self._kept(key, digest, 500, error("api_error", "", "Something broke."))
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
            known_only(params, "expand")
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
