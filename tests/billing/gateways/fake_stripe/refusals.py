"""How the fake says no."""

from typing import Any

MISTAKE = "invalid_request_error"


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, kind: str, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": message, **more}}


def error(kind: str, code: str, message: str) -> dict[str, Any]:
    return {"error": {"type": kind, "code": code, "message": message}}


def refused(
    status: int, kind: str, code: str, message: str
) -> tuple[int, dict[str, Any], dict[str, str]]:
    return status, error(kind, code, message), {}


def known_only(params: dict[str, Any], *known: str) -> None:
    unknown = sorted(set(params) - set(known))
    if unknown:
        raise Refusal(400, MISTAKE, "parameter_unknown", f"Received unknown parameters: {unknown}")
