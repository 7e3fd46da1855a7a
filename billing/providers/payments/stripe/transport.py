"""How Stripe's library reaches Stripe: through the context's client, and its errors as ours."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import stripe

from billing.providers.payments.stripe.declines import decline_code, decline_sentence
from ispplatform.core.errors import (
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.http import OutgoingHttp

# Every request names it, so that answers keep their shape when the account moves on.
API_VERSION = "2026-08-26.dahlia"
CONFLICT = 409
REFUSED_ACCESS = {401, 403}
RETRY_SECONDS = 5

stripe.enable_telemetry = False  # it would write a file into the home directory


class ContextTransport(stripe.HTTPClient):
    """Sends what the library asks for with the call's deadline, recorded, never on its own again.

    GET and only GET changes nothing at Stripe.
    """

    name = "isp-platform"

    def __init__(self, http: OutgoingHttp) -> None:
        super().__init__()
        self._http = http

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        parts: dict[str, Any] = {"headers": dict(headers or {})}
        if post_data is not None:
            parts["content"] = post_data
        send = self._http.read if method.lower() == "get" else self._http.act
        answer = send(method.upper(), url, **parts)
        return answer.text, answer.status, httpx.Headers(answer.headers)


@contextmanager
def probing() -> Iterator[None]:
    """Translate what the test of a connection raises: a key that is refused is its result."""
    try:
        with reading():
            yield
    except ProviderUnavailable as error:
        if error.params.get("status") in REFUSED_ACCESS:
            raise ProviderRejected(error.message, **error.params) from error
        raise


@contextmanager
def reading() -> Iterator[None]:
    """Translate what a request raises that changes nothing."""
    with _translating(unclear=ProviderUnavailable):
        yield


@contextmanager
def acting() -> Iterator[None]:
    """Translate what a request raises that may have changed something."""
    with _translating(unclear=ProviderOutcomeUnknown):
        yield


@contextmanager
def _translating(
    *, unclear: type[ProviderUnavailable] | type[ProviderOutcomeUnknown]
) -> Iterator[None]:
    """Source: https://docs.stripe.com/error-low-level (what is kept under a key, what is not)."""
    try:
        yield
    except stripe.RateLimitError as error:
        raise ProviderUnavailable(
            sentence_of(error), retry_after_seconds=RETRY_SECONDS, status=error.http_status
        ) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        # Nothing was done, and it is nobody's payment that is wrong: docs/adr/0077.
        raise ProviderUnavailable(sentence_of(error), status=error.http_status) from error
    except stripe.CardError as error:  # it is the customer who reads this one
        code = decline_code(code_of(error), str(_said(error).get("decline_code") or ""))
        raise ProviderRejected(decline_sentence(code), reason=code, is_decline=True) from error
    except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        raise ProviderRejected(
            sentence_of(error), status=error.http_status, reason=code_of(error)
        ) from error
    except stripe.StripeError as error:
        if error.http_status == CONFLICT and code_of(error) != "idempotency_key_in_use":
            raise ProviderUnavailable(sentence_of(error), status=CONFLICT) from error
        raise unclear(sentence_of(error), status=error.http_status) from error


def sentence_of(error: stripe.StripeError) -> str:
    """Return what Stripe said, with the id of the request that its support asks for."""
    words = (error.user_message or "Stripe answered without a reason.")[:300]
    request = f" (request {error.request_id})" if error.request_id else ""
    return f"Stripe: {words}{request}"


def code_of(error: stripe.StripeError) -> str:
    """Return Stripe's code of an error; the library keeps it from some classes."""
    return str(_said(error).get("code") or "")


def _said(error: stripe.StripeError) -> Mapping[str, Any]:
    body: Any = error.json_body
    said = body.get("error") if isinstance(body, dict) else None
    return said if isinstance(said, dict) else {}
