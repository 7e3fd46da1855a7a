"""Sending calls to WHM over TLS."""

from collections.abc import Mapping
from typing import Any

from hosting.providers.panels.cpanel.envelopes import json_object, uapi_data, whm_data
from hosting.providers.panels.cpanel.settings import UAPI_CPANEL, checked_host
from ispplatform.core.http import HttpAnswer
from ispplatform.core.providers import ProviderContext

Values = Mapping[str, str | int]


class Whm:
    """One WHM server, called with the connection's token.

    ``read`` changes nothing. ``act`` does, and sends its values in the body: a password in an
    address would stand in the server's access log.
    """

    def __init__(self, context: ProviderContext) -> None:
        self.user = str(context.config["user"])
        self.host = checked_host(str(context.config["host"]))
        self.bridge = str(context.config["bridge"])
        self._http = context.http
        self._base = f"https://{self.host}:{context.config['port']}/json-api"
        self._headers = {"Authorization": f"whm {self.user}:{context.credentials['token']}"}

    def read(self, function: str, values: Values | None = None) -> dict[str, Any]:
        """Call a function of WHM API 1 that changes nothing, and return its ``data``.

        Raises:
            ProviderUnavailable, ProviderRejected: see ``envelopes.whm_data``.
        """
        return whm_data(self._read(function, {"api.version": 1, **(values or {})}))

    def act(self, function: str, values: Values) -> dict[str, Any]:
        """Call a function of WHM API 1 that may change something, and return its ``data``.

        Raises:
            ProviderUnavailable, ProviderRejected, ProviderOutcomeUnknown: see
                ``envelopes.whm_data``.
        """
        return whm_data(self._act(function, {"api.version": 1, **values}))

    def uapi_read(self, username: str, function: str, values: Values) -> Any:
        """Call a function of UAPI's module Email as an account; it changes nothing."""
        return self._uapi(username, function, values, changes=False)

    def uapi_act(self, username: str, function: str, values: Values) -> Any:
        """Call a function of UAPI's module Email as an account; it may change something."""
        return self._uapi(username, function, values, changes=True)

    def _uapi(self, username: str, function: str, values: Values, *, changes: bool) -> Any:
        """Return the ``data`` inside: the call and the call within it can each be refused."""
        send = self._act if changes else self._read
        if self.bridge == UAPI_CPANEL:
            names: Values = {
                "api.version": 1,
                "cpanel.user": username,
                "cpanel.module": "Email",
                "cpanel.function": function,
            }
            answer = send("uapi_cpanel", {**names, **values})
            return uapi_data(answer, whm_data(answer).get("uapi"))
        names = {
            "cpanel_jsonapi_user": username,
            "cpanel_jsonapi_apiversion": 3,
            "cpanel_jsonapi_module": "Email",
            "cpanel_jsonapi_func": function,
        }
        answer = send("cpanel", {**names, **values})
        body = json_object(answer)
        if "result" not in body:
            whm_data(answer)  # raises: this is how a refusal of the bridge itself looks
        return uapi_data(answer, body.get("result"))

    def _read(self, function: str, values: Values) -> HttpAnswer:
        return self._http.read(
            "GET", f"{self._base}/{function}", headers=self._headers, params=_texts(values)
        )

    def _act(self, function: str, values: Values) -> HttpAnswer:
        return self._http.act(
            "POST", f"{self._base}/{function}", headers=self._headers, data=_texts(values)
        )


def _texts(values: Values) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
