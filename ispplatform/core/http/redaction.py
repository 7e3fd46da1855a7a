"""Taking secrets out of what is kept of a conversation with a provider."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

MASK = "•••"
BODY_CHARACTERS_MAX = 8000
SHORTEST_SECRET = 4  # characters; a shorter "secret" would black out ordinary text

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?$|^pw$|secret|token|authorization|api[-_]?key|private[-_]?key|cookie"
    r"|signature|auth[-_]?(code|info)|^auth$|credential|card[-_]?number|cvc|cvv|^iban$"
    r"|^session([-_]?id)?$",
    re.IGNORECASE,
)
_SECRET_STEP = re.compile(r"(?<=/)cpsess\w+")  # a session's key inside a path (cPanel)
_SECRET_ELEMENT = re.compile(
    r"(<(?:\w+:)?(?:pw|newPW|password|passwd|authInfo|secret|token)\b[^>]*>)(.*?)(</)",
    re.IGNORECASE | re.DOTALL,
)


class Redaction:
    """Masks values by their names, and the given secrets wherever they stand.

    Args:
        secrets: the values of the connection's credentials.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: list[str] = []
        self.hide(secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        """Mask these values as well, wherever they stand."""
        wanted = {text for text in secrets if len(text) >= SHORTEST_SECRET}
        self._secrets = sorted({*self._secrets, *wanted}, key=len, reverse=True)

    def text(self, value: str) -> str:
        """Return ``value`` without the connection's secrets."""
        for secret in self._secrets:
            value = value.replace(secret, MASK)
        return _SECRET_STEP.sub(MASK, value)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers, masked."""
        return {
            name: MASK if _SECRET_NAME.search(name) else self.text(value)
            for name, value in headers.items()
        }

    def url(self, url: str) -> str:
        """Return the URL with masked user part and query."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        query = urlencode(
            [
                (name, MASK if _SECRET_NAME.search(name) else self.text(value))
                for name, value in parse_qsl(parts.query, keep_blank_values=True)
            ]
        ).replace(quote(MASK), MASK)
        return urlunsplit((parts.scheme, host, self.text(parts.path), query, ""))

    def body(self, body: bytes | str, content_type: str = "") -> str:
        """Return a body as text: JSON and forms masked by name, XML by element, shortened."""
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        text = text.replace("\x00", "")
        if "json" in content_type or text[:1] in ("{", "["):
            text = self._json(text)
        elif "x-www-form-urlencoded" in content_type:
            text = self.url(f"?{text}").removeprefix("?")
        else:
            text = _SECRET_ELEMENT.sub(rf"\1{MASK}\3", text)
        text = self.text(text)
        if len(text) > BODY_CHARACTERS_MAX:
            return f"{text[:BODY_CHARACTERS_MAX]}… ({len(text)} characters)"
        return text

    def value(self, value: Any) -> Any:
        """Return a JSON value, masked by the names in it."""
        if isinstance(value, Mapping):
            return {
                str(name): MASK if _SECRET_NAME.search(str(name)) else self.value(item)
                for name, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        if not isinstance(value, str):
            return value
        is_address = value.startswith(("https://", "http://")) and "?" in value
        return self.url(value) if is_address else self.text(value)

    def _json(self, text: str) -> str:
        try:
            return json.dumps(self.value(json.loads(text)), ensure_ascii=False)
        except ValueError:
            return text


def secret_names(values: Mapping[str, Any]) -> list[str]:
    """Return the names in a JSON object, at any depth, that stand for secrets."""
    found = [name for name in values if _SECRET_NAME.search(name)]
    for value in values.values():
        for inner in value if isinstance(value, list | tuple) else [value]:
            if isinstance(inner, Mapping):
                found += secret_names(inner)
    return sorted(found)
