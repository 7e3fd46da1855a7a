"""Reading bodies: exact numbers, storable texts, snake_case names."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.parsers import JSONParser

from ispplatform.core.api.json_text import ForbiddenCharacter, MalformedJson, decode_json
from ispplatform.core.api.names import NameTwice, snake_names


class ExactJSONParser(JSONParser):
    """Reads a JSON object; see ``decode_json`` for what it refuses.

    An empty body counts as an empty object. Names in camelCase arrive in snake_case.
    """

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read()
        if not raw.strip():
            return {}
        try:
            body = snake_names(decode_json(raw))
        except MalformedJson as exc:
            raise ParseError(str(exc)) from exc
        except ForbiddenCharacter as exc:
            sentence = "This text holds a NUL byte or half of a surrogate pair."
            raise _refusal(exc.path, sentence, "forbidden_character") from exc
        except NameTwice as exc:
            raise _refusal(str(exc), "This name is given in two spellings.", "duplicate") from exc
        if not isinstance(body, dict):
            raise _refusal("", "The body must be a JSON object.", "not_an_object")
        return body


def _refusal(field: str, sentence: str, code: str) -> ValidationError:
    return ValidationError({field or "non_field_errors": [ErrorDetail(sentence, code)]})
