"""The one client for outgoing HTTP.

``act`` may change the world: an error after the first byte means that nobody knows whether it
did. ``read`` changes nothing: every failure is simply unavailability. Whoever calls says which,
because some providers change things by GET.
"""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpcore
import httpx

from ispplatform.core.clock import monotonic_seconds, system_now
from ispplatform.core.errors import (
    ProviderError,
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.http.deadline import Deadline
from ispplatform.core.http.exchanges import Exchange, ExchangeRecorder
from ispplatform.core.http.network import Watch, WatchedNetwork

ANSWER_BYTES_MAX = 10_000_000
USER_AGENT = "isp-platform"
TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpAnswer:
    """An answer that arrived whole.

    Args:
        headers: names in lower case.
        is_of_act: whether the request may have changed something.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    is_of_act: bool

    @property
    def text(self) -> str:
        """The body as UTF-8; what is not becomes a replacement character."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the parsed body.

        Raises:
            ProviderOutcomeUnknown, ProviderUnavailable: it is not JSON (after ``act``, ``read``).
        """
        try:
            return json.loads(self.body)
        except ValueError:
            self._fail(f"The provider answered {self.status} with something other than JSON.")

    def check(self) -> "HttpAnswer":
        """Return the answer itself when its status is below 400.

        Raises:
            ProviderUnavailable: 429, or a 5xx to a read: nothing happened, try later.
            ProviderOutcomeUnknown: a 5xx to an act: part of it may have happened.
            ProviderRejected: any other 4xx.
        """
        if self.status < 400:
            return self
        sentence = f"The provider answered {self.status}: {self.text[:300]}".strip()
        if self.status == TOO_MANY_REQUESTS:
            raise ProviderUnavailable(sentence, status=self.status)
        if self.status >= 500:
            self._fail(sentence)
        raise ProviderRejected(sentence, status=self.status)

    def _fail(self, sentence: str) -> NoReturn:
        error: type[ProviderError] = (
            ProviderOutcomeUnknown if self.is_of_act else ProviderUnavailable
        )
        raise error(sentence, status=self.status)


class OutgoingHttp:
    """Sends requests under one deadline and records each exchange, redacted.

    Redirects are not followed, proxies of the environment are not used, cookies are not kept.

    Args:
        deadline: when all requests made here must be over.
        recorder: keeps the exchanges; None keeps none.
        public_only: refuse addresses inside private networks (for URLs that customers choose).
        ca_file: PEM file with the authority to trust instead of the public ones.
    """

    def __init__(
        self,
        *,
        deadline: Deadline,
        recorder: ExchangeRecorder | None = None,
        public_only: bool = False,
        ca_file: str = "",
    ) -> None:
        self.deadline = deadline
        self._recorder = recorder or ExchangeRecorder()
        self._public_only = public_only
        self._ca_file = ca_file

    def act(self, method: str, url: str, **parts: Any) -> HttpAnswer:
        """Send a request that may change something, and return its answer, whatever its status.

        Args:
            parts: ``headers``, ``params``, ``json``, ``data`` (form), ``content`` (bytes),
                ``files``, as httpx takes them.

        Raises:
            ProviderUnavailable: nothing was sent.
            ProviderOutcomeUnknown: the answer is missing and the request may have been executed.
        """
        return self._request(method, url, is_act=True, parts=parts)

    def read(self, method: str, url: str, **parts: Any) -> HttpAnswer:
        """Send a request that changes nothing, and return its answer, whatever its status.

        Raises:
            ProviderUnavailable: there is no answer.
        """
        return self._request(method, url, is_act=False, parts=parts)

    def _request(
        self, method: str, url: str, *, is_act: bool, parts: Mapping[str, Any]
    ) -> HttpAnswer:
        request = _prepared(method, url, parts)
        watch = Watch(self.deadline)
        started_at, started = system_now(), monotonic_seconds()
        answer, failure = None, ""
        try:
            answer = self._send(request, watch, is_act=is_act)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as exc:
            failure = f"{type(exc).__name__}: {exc}".rstrip(": ")
        except _AnswerTooLong as exc:
            failure = str(exc)
        self._record(request, answer, failure, started_at, monotonic_seconds() - started)
        if answer is not None:
            return answer
        sentence = f"No answer from {request.url.host}: {failure}"
        if is_act and watch.may_have_sent:
            raise ProviderOutcomeUnknown(sentence)
        raise ProviderUnavailable(sentence)

    def _send(self, request: httpx.Request, watch: Watch, *, is_act: bool) -> HttpAnswer:
        network = WatchedNetwork(watch, public_only=self._public_only)
        with httpcore.ConnectionPool(
            ssl_context=_trust(self._ca_file), network_backend=network, max_keepalive_connections=0
        ) as pool:
            answer = pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.read(),
                )
            )
            try:
                body = _read_whole(answer)
            finally:
                answer.close()
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in answer.headers
        }
        return HttpAnswer(status=answer.status, headers=headers, body=body, is_of_act=is_act)

    def _record(
        self,
        request: httpx.Request,
        answer: HttpAnswer | None,
        failure: str,
        started_at: Any,
        duration_seconds: float,
    ) -> None:
        masks = self._recorder.redaction
        self._recorder.record(
            Exchange(
                method=request.method,
                url=masks.url(str(request.url)),
                started_at=started_at,
                duration_ms=round(duration_seconds * 1000),
                request_headers=masks.headers(request.headers),
                request_body=masks.body(request.content, request.headers.get("content-type", "")),
                status=answer.status if answer else None,
                response_headers=masks.headers(answer.headers) if answer else {},
                response_body=(
                    masks.body(answer.body, answer.headers.get("content-type", ""))
                    if answer
                    else ""
                ),
                error=masks.text(failure),
            )
        )


class _AnswerTooLong(Exception):
    """The answer has more bytes than anybody here wants to read."""


def _prepared(method: str, url: str, parts: Mapping[str, Any]) -> httpx.Request:
    try:
        scheme = urlsplit(url).scheme
        address = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as exc:
        raise ProviderUnavailable(f"The address cannot be used: {exc}") from exc
    if scheme not in {"http", "https"}:
        raise ProviderUnavailable(f"{scheme or 'An address without scheme'} is not http or https.")
    if address.userinfo:
        raise ProviderUnavailable("An address with a user name in it is not used.")
    request = httpx.Request(method, address, **parts)
    request.headers.setdefault("User-Agent", USER_AGENT)
    request.headers["Connection"] = "close"
    request.read()
    return request


def _read_whole(answer: httpcore.Response) -> bytes:
    body = bytearray()
    for chunk in answer.iter_stream():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise _AnswerTooLong(f"The answer is longer than {ANSWER_BYTES_MAX} bytes.")
    return bytes(body)


@lru_cache(maxsize=8)
def _trust(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as exc:  # ssl.SSLError is one
        raise ProviderUnavailable(f"The authority file {ca_file} cannot be used: {exc}") from exc
