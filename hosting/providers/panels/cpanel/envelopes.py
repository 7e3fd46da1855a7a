"""What WHM's answers mean. HTTP 200 says nothing: ``metadata.result`` does, and ``status`` inside.

Source: api.docs.cpanel.net, WHM API 1 and UAPI; ``docs/mechanisms/cpanel.md``.
"""

import re
from typing import Any

from ispplatform.core.errors import (
    ProviderError,
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.http import HttpAnswer

NO_ACCESS = "access"
_CALL_NUMBER = re.compile(r"^(?:API failure:\s*)?(?:\(XID (\w+)\)\s*)?")
_NO_PRIVILEGE = re.compile(r"access denied|permission denied", re.IGNORECASE)
_REASON_MAX = 400


def whm_data(answer: HttpAnswer) -> dict[str, Any]:
    """Return ``data`` of an answer of WHM API 1; empty where a function has none.

    Raises:
        ProviderUnavailable: nothing was done: the token is not accepted, the log-in page was sent
            instead, or a reading call failed.
        ProviderRejected: WHM said no; ``xid`` in params is the number its log knows.
        ProviderOutcomeUnknown: a changing call got an answer that says neither yes nor no.
    """
    body = json_object(answer)
    metadata = body.get("metadata")
    if isinstance(metadata, dict) and "result" in metadata:
        if _is_one(metadata["result"]):
            data = body.get("data")
            return data if isinstance(data, dict) else {}
        raise refusal(metadata.get("reason"))
    _raise_for_old_error(body)
    raise unclear(answer, "WHM answered in a form that WHM API 1 does not have.")


def uapi_data(answer: HttpAnswer, reply: Any) -> Any:
    """Return ``data`` of a UAPI reply, which may stand by itself or under ``result``.

    Raises:
        ProviderRejected: its ``status`` is 0.
        ProviderOutcomeUnknown, ProviderUnavailable: it has no ``status``.
    """
    inner = reply.get("result", reply) if isinstance(reply, dict) else None
    if not isinstance(inner, dict) or "status" not in inner:
        raise unclear(answer, "WHM passed on no reply of UAPI.")
    if _is_one(inner["status"]):
        return inner.get("data")
    raise refusal(" ".join(str(error) for error in inner.get("errors") or ()))


def json_object(answer: HttpAnswer) -> dict[str, Any]:
    """Return the body, a JSON object.

    Raises:
        ProviderUnavailable, ProviderRejected, ProviderOutcomeUnknown: by status; see ``whm_data``.
    """
    status = answer.status
    if status in (401, 403):
        raise no_access(f"The server does not accept the token for this ({status}).")
    if 300 <= status < 400:
        raise no_access(f"The server leads to a log-in page ({status}): wrong port or host name.")
    if status == 408:
        raise unclear(answer, "The server gave up waiting (408).")
    body = answer.check().json()
    if not isinstance(body, dict):
        raise unclear(answer, "WHM answered with JSON that is no object.")
    return body


def refusal(reason: Any) -> ProviderRejected:
    """Return WHM's no with its reason as people can read it."""
    text = str(reason or "").strip()
    number = _CALL_NUMBER.match(text)
    xid = (number and number.group(1)) or ""
    sentence = text[number.end() if number else 0 :].strip()[:_REASON_MAX]
    return ProviderRejected(sentence or "The server refused without a reason.", xid=xid)


def no_access(sentence: str) -> ProviderUnavailable:
    """Return that nothing was done, as the server does not let us in."""
    return ProviderUnavailable(sentence, because=NO_ACCESS)


def unclear(answer: HttpAnswer, sentence: str) -> ProviderError:
    """Return that nobody can tell what happened; for a reading call nothing did."""
    error: type[ProviderError] = ProviderOutcomeUnknown if answer.is_of_act else ProviderUnavailable
    return error(sentence, status=answer.status)


def _raise_for_old_error(body: dict[str, Any]) -> None:
    """Raise for the short forms that WHM uses before it comes to the function."""
    old = body.get("cpanelresult")
    error = old.get("error") if isinstance(old, dict) else None
    if error is None and "status" in body and not _is_one(body["status"]):
        error = body.get("error") or body.get("statusmsg")
    if error is None:
        return
    if _NO_PRIVILEGE.search(str(error)):
        raise no_access(f"The server does not accept the token for this: {str(error)[:200]}")
    raise refusal(error)


def _is_one(value: Any) -> bool:
    return str(value) == "1"
