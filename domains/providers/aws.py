"""Talking to Amazon's services: their library writes and reads the messages, ours carries them.

So a call keeps the deadline of its context, knows whether a byte has left, is sent once, and is
recorded by its meaning, whatever protocol the library chooses.
"""

import io
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from typing import Any

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.loaders import Loader
from botocore.parsers import ResponseParserError

from ispplatform.core.clock import monotonic_seconds, system_now
from ispplatform.core.errors import (
    ProviderError,
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.http import Exchange, HttpAnswer, OutgoingHttp
from ispplatform.core.providers import ProviderContext

ROLE_SECONDS = 900  # the shortest that can be had
ROLE_SESSION = "isp-platform"
CLOCK_NOISE_SECONDS = 2  # a Date header has whole seconds, and has travelled

# Refused before anything was done, and accepted again later.
_THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)
# It is our access that is wrong: nobody's order is, so nothing is refused because of it.
_ACCESS = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "NotAuthorized",
        "OptInRequired",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)

logging.getLogger("botocore").setLevel(logging.INFO)  # below it would log messages whole


class AwsAccessRefused(ProviderUnavailable):
    """The keys are wrong or may not do this: nothing was done, and it can be put right."""


class AwsRefused(ProviderRejected):
    """A service answered no.

    Args:
        aws_code: the service's own code, for example ``InvalidInput``.
        fields: what the service tells beside the message.
    """

    def __init__(self, message: str, *, aws_code: str, fields: Mapping[str, Any]) -> None:
        super().__init__(message, aws_code=aws_code)
        self.aws_code = aws_code
        self.fields = fields


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class AwsKeys:
    """Whose requests they are."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""


class AwsService:
    """One service in one region.

    Args:
        name: as botocore names it: ``route53domains``, ``sts``.
        endpoint: address of a stand-in; empty for Amazon's own.
        retry_after_seconds: by the service's error code: refusals that are over after a while.
    """

    def __init__(
        self,
        context: ProviderContext,
        name: str,
        *,
        keys: AwsKeys,
        region: str,
        endpoint: str = "",
        retry_after_seconds: Mapping[str, int] | None = None,
    ) -> None:
        self.name = name
        self.clock_difference_seconds: int | None = None
        self._context = context
        self._later = retry_after_seconds or {}
        # Recorded here, by meaning: the raw messages would show what only their parser can mask.
        self._http = OutgoingHttp(
            deadline=context.deadline, ca_file=str(context.config.get("ca_file", ""))
        )
        self._is_act = False
        self._answer: HttpAnswer | None = None
        self._client = _session().create_client(
            name,
            region_name=region,
            endpoint_url=endpoint or None,
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
            aws_session_token=keys.session_token or None,
            config=Config(
                retries={"total_max_attempts": 1, "mode": "standard"},
                ignore_configured_endpoint_urls=True,
                user_agent="isp-platform",
            ),
        )
        self._speaks_json = self._client.meta.service_model.resolved_protocol == "json"
        self._client.meta.events.register_first("before-send", self._send)

    def read(self, operation: str, *, needs: Sequence[str] = (), **params: Any) -> dict[str, Any]:
        """Ask something that changes nothing.

        Args:
            needs: members without which the answer is none.

        Raises:
            ProviderUnavailable: no whole answer, too many requests, or a 5xx.
            AwsAccessRefused: our keys may not.
            AwsRefused: the service says no.
        """
        return self._call(operation, params, needs, is_act=False)

    def act(self, operation: str, *, needs: Sequence[str] = (), **params: Any) -> dict[str, Any]:
        """Ask for a change, once.

        Args:
            needs: members without which the answer is none.

        Raises:
            ProviderUnavailable, AwsAccessRefused: nothing was done.
            ProviderOutcomeUnknown: no whole answer, or a 5xx.
            AwsRefused: the service says no.
        """
        return self._call(operation, params, needs, is_act=True)

    def _call(
        self, operation: str, params: dict[str, Any], needs: Sequence[str], *, is_act: bool
    ) -> dict[str, Any]:
        self._is_act, self._answer = is_act, None
        started_at, started = system_now(), monotonic_seconds()
        told: Mapping[str, Any] = {}
        failure: ProviderError | None = None
        try:
            told = self._client._make_api_call(operation, params)
            missing = [name for name in needs if told.get(name) is None]
            if missing:
                failure = self._unreadable(f"{operation}: the answer lacks {', '.join(missing)}.")
        except ClientError as exc:
            told = exc.response
            failure = self._refusal(told)
        except ProviderError as exc:
            failure = exc
        except ParamValidationError as exc:
            failure = ProviderRejected(f"{operation} cannot be asked for like this: {exc}")
        except (BotoCoreError, ResponseParserError) as exc:  # nobody can read the answer
            failure = self._unreadable(f"{operation}: {type(exc).__name__}: {exc}")
        duration = monotonic_seconds() - started
        self._record(operation, params, told, failure, started_at, duration)
        if failure is not None:
            raise failure
        return {name: value for name, value in told.items() if name != "ResponseMetadata"}

    def _send(self, request: AWSPreparedRequest, **kwargs: Any) -> AWSResponse:
        headers = {
            str(name): value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for name, value in request.headers.items()
        }
        send = self._http.act if self._is_act else self._http.read
        body = request.body.encode() if isinstance(request.body, str) else request.body
        answer = send(request.method, request.url, headers=headers, content=body or b"")
        self._answer = answer
        self._note_clock(answer.headers.get("date", ""))
        if answer.status == HTTPStatus.OK and self._speaks_json and not _is_json_object(answer):
            # The library would take it for an answer that says nothing.
            raise self._unreadable("Amazon answered 200 with something other than JSON.")
        return AWSResponse(request.url, answer.status, answer.headers, _Body(answer.body))

    def _note_clock(self, date: str) -> None:
        try:
            theirs = parsedate_to_datetime(date)
        except ValueError:
            return
        aware = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
        difference = round((aware - system_now()).total_seconds())
        self.clock_difference_seconds = difference if abs(difference) > CLOCK_NOISE_SECONDS else 0

    def _refusal(self, told: Mapping[str, Any]) -> ProviderError:
        error = told.get("Error", {})
        code, message = str(error.get("Code", "")), str(error.get("Message", "")).strip()
        status = int(told.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        sentence = f"Amazon answered {code or status}: {message[:500]}".removesuffix(": ")
        if code in self._later:
            return ProviderUnavailable(sentence, retry_after_seconds=self._later[code])
        if code in _THROTTLED or status == 429:
            return ProviderUnavailable(sentence)
        if code in _ACCESS or status == 401:
            return AwsAccessRefused(sentence)
        if 400 <= status < 500:
            fields = {name: value for name, value in told.items() if name != "ResponseMetadata"}
            return AwsRefused(sentence, aws_code=code, fields=fields)
        return ProviderOutcomeUnknown(sentence) if self._is_act else ProviderUnavailable(sentence)

    def _unreadable(self, sentence: str) -> ProviderError:
        if self._answer is None:  # it failed before anything was sent
            return ProviderUnavailable(sentence)
        return ProviderOutcomeUnknown(sentence) if self._is_act else ProviderUnavailable(sentence)

    def _record(
        self,
        operation: str,
        params: Mapping[str, Any],
        told: Mapping[str, Any],
        failure: ProviderError | None,
        started_at: datetime,
        duration_seconds: float,
    ) -> None:
        masks = self._context.recorder.redaction
        metadata = told.get("ResponseMetadata", {})
        body = {name: value for name, value in told.items() if name != "ResponseMetadata"}
        self._context.recorder.record(
            Exchange(
                method=f"{self.name} {operation}",
                url=masks.url(self._client.meta.endpoint_url),
                started_at=started_at,
                duration_ms=round(duration_seconds * 1000),
                request_body=masks.body(_json(params), "application/json"),
                status=self._answer.status if self._answer else None,
                response_headers={"x-amzn-requestid": str(metadata.get("RequestId", ""))},
                response_body=masks.body(_json(body), "application/json") if told else "",
                error=masks.text(failure.message) if failure else "",
            )
        )


def keys_for(context: ProviderContext, *, region: str, endpoint: str = "") -> AwsKeys:
    """Return the keys of a connection; those of its role for a quarter of an hour if it has one.

    Args:
        context: ``credentials`` with ``access_key_id``, ``secret_access_key``, perhaps
            ``session_token``; ``config`` perhaps with ``role_arn`` and ``external_id``.

    Raises:
        ProviderUnavailable: the role cannot be had now.
    """
    given = AwsKeys(
        access_key_id=str(context.credentials.get("access_key_id", "")),
        secret_access_key=str(context.credentials.get("secret_access_key", "")),
        session_token=str(context.credentials.get("session_token", "")),
    )
    role = str(context.config.get("role_arn", ""))
    if not role:
        return given
    service = AwsService(context, "sts", keys=given, region=region, endpoint=endpoint)
    wanted = {"RoleArn": role, "RoleSessionName": ROLE_SESSION, "DurationSeconds": ROLE_SECONDS}
    if context.config.get("external_id"):
        wanted["ExternalId"] = str(context.config["external_id"])
    try:
        told = service.read("AssumeRole", needs=["Credentials"], **wanted)
    except ProviderRejected as exc:
        raise AwsAccessRefused(exc.message) from exc
    lent = told["Credentials"]
    return AwsKeys(
        access_key_id=lent["AccessKeyId"],
        secret_access_key=lent["SecretAccessKey"],
        session_token=lent["SessionToken"],
    )


class _Body(io.BytesIO):
    """An answer's body in the form in which the library reads one."""

    def stream(self, **kwargs: Any) -> Iterator[bytes]:
        yield self.read()


@cache
def _loader() -> Loader:
    """Return the reader of the services' models, which keeps what it has read."""
    paths = [os.path.join(os.path.dirname(botocore.session.__file__), "data")]
    return Loader(extra_search_paths=paths, include_default_search_paths=False)


def _session() -> Any:
    """Return a session that knows nothing of this machine's own keys and settings for Amazon."""
    session = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    session.register_component("data_loader", _loader())
    return session


def _is_json_object(answer: HttpAnswer) -> bool:
    try:
        return isinstance(json.loads(answer.body), dict)
    except ValueError:
        return False


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, default=str, ensure_ascii=False)
