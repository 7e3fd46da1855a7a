"""The OpenAPI document, from what viewsets declare anyway."""

import copy
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from ispplatform.core.api import schema_parts as parts
from ispplatform.core.api.permissions import CUSTOMER, LOGGED_IN, PUBLIC
from ispplatform.core.api.serializers import StrictModelSerializer, StrictSerializer
from ispplatform.core.api.sorting import sort_columns
from ispplatform.core.api.throttles import UNLIMITED
from ispplatform.core.api.views import PORTAL
from ispplatform.core.api.viewsets import HouseViewSet

JSON = "application/json"
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
_CHANGE_METHODS = frozenset({"PUT", "PATCH", "DELETE"})
_STANDARD_ACTIONS = frozenset({"list", "retrieve", "create", "update", "partial_update", "destroy"})
_VERBS = {
    "GET": "retrieve",
    "POST": "create",
    "PUT": "update",
    "PATCH": "partial_update",
    "DELETE": "destroy",
}


class HouseAutoSchema(AutoSchema):
    """Describes one operation; ``@extend_schema`` still has the last word on its parts."""

    view: Any

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        responses = {
            code: self._finished(code, response)
            for code, response in operation["responses"].items()
        }
        operation["responses"] = {**responses, **self._errors(set(responses))}
        permission = self._permission()
        if permission not in {PUBLIC, LOGGED_IN, CUSTOMER, None}:
            operation["x-permission"] = permission
        return operation

    def get_request_serializer(self) -> Any:
        declared = getattr(self.view, "input_serializers", {})
        action = "update" if self._action == "partial_update" else self._action
        return declared.get(action)

    def get_response_serializers(self) -> Any:
        if not isinstance(self.view, HouseViewSet):
            return {200: None}
        if self._action == "list":
            return self.view.row_serializer
        if self._action == "destroy":
            return {200: None}
        shown = self.view.detail_serializer or getattr(self.view, "row_serializer", None)
        return {201 if self._action == "create" else 200: shown}

    def get_operation_id(self) -> str:
        segments = [part.replace("-", "_") for part in self._segments()]
        if isinstance(self.view, HouseViewSet) and self._action not in _STANDARD_ACTIONS:
            several = len(getattr(self.view, "action_map", {}) or {}) > 1
            return "_".join([*segments, *([_VERBS[self.method]] if several else [])])
        action = self._action if self._action in _STANDARD_ACTIONS else _VERBS[self.method]
        return "_".join([*segments, action])

    def get_tags(self) -> list[str]:
        segments = self._segments()
        depth = 2 if segments[0] == "portal" else 1
        words = " ".join(segments[:depth]).replace("-", " ")
        return [getattr(self.view, "schema_tag", "") or words]

    def get_summary(self) -> str:
        name = getattr(self.view, "resource_name", "")
        plural = self._segments()[-1].replace("-", " ").replace("_", " ")
        known = {
            "list": f"List {plural}",
            "retrieve": f"Show one {name}",
            "create": f"Create one {name}",
            "update": f"Change one {name}",
            "partial_update": f"Change one {name}",
            "destroy": f"Delete one {name}",
        }
        if isinstance(self.view, HouseViewSet) and self._action in known:
            return known[self._action]
        return self._documented(getattr(self.view, self._action)).rstrip(".")

    def get_description(self) -> str:  # type: ignore[override] # as in AutoSchema
        about = self._documented(type(self.view))
        needed = {
            PUBLIC: "Open to everybody.",
            LOGGED_IN: "For whoever is logged in.",
            CUSTOMER: "For the customer who is logged in.",
        }
        permission = self._permission()
        asks = needed.get(permission or "", f"Needs the permission `{permission}`.")
        return f"{about}\n\n{asks}"

    def get_auth(self) -> list[dict[str, Any]]:
        if self._permission() == PUBLIC:
            return [{}]
        schemes = ["bearerAuth", "cookieAuth"]
        if getattr(self.view, "audience", None) != PORTAL:
            schemes.insert(1, "apiKeyAuth")
        return [{scheme: []} for scheme in schemes]

    def get_override_parameters(self) -> list[Any]:
        found: list[OpenApiParameter] = []
        if self._is_page():
            sorts = list(sort_columns(self.view.sort_fields))
            found += parts.paging_parameters()
            found += parts.sort_parameters(sorts, self.view.default_sort)
            found += parts.filter_parameters(self.view.filter_fields)
            if self.view.searchable:
                found.append(OpenApiParameter("search", str, description="Words to look for."))
        if self.method == "POST" and self._action not in self.view.own_transactions:
            sentence = "A text of your own: the request repeated with it is carried out once."
            found.append(parts.header_parameter("Idempotency-Key", sentence))
        if isinstance(self.view, HouseViewSet) and "{id}" in self.path:
            if self.method in _CHANGE_METHODS:
                sentence = "Only while the object still has this `ETag`; else 412."
                found.append(parts.header_parameter("If-Match", sentence))
            elif self._action == "retrieve":
                sentence = "Answers 304 while the object still has this `ETag`."
                found.append(parts.header_parameter("If-None-Match", sentence))
        return found

    def _get_request_for_media_type(self, serializer: Any, direction: Any = "request") -> Any:
        if self.method == "PUT" and isinstance(self.view, HouseViewSet) and serializer is not None:
            instance = serializer() if isinstance(serializer, type) else copy.copy(serializer)
            instance.partial = True
            serializer = instance
        if serializer is None:
            return None, False
        return super()._get_request_for_media_type(serializer, direction)

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        is_strict = isinstance(serializer, StrictSerializer | StrictModelSerializer)
        if is_strict and direction == "request":
            schema["additionalProperties"] = False
        return schema

    @property
    def _action(self) -> str:
        return str(getattr(self.view, "action", None) or self.method.lower())

    def _permission(self) -> str | None:
        permission: str | None = self.view.permission_for(self._action)
        return permission

    def _is_page(self) -> bool:
        return self._action == "list" and hasattr(self.view, "filter_fields")

    def _segments(self) -> list[str]:
        """Return the words of the address: ``["portal", "billing", "invoices"]``."""
        words = [part for part in self.path.split("/") if part and not part.startswith("{")]
        kept = [word for word in words if word not in {"api", "v1"}]
        return [word.removesuffix(".json") for word in kept] or ["root"]

    def _documented(self, thing: Any) -> str:
        text = (getattr(thing, "__doc__", "") or "").strip()
        return " ".join(text.partition("\n\n")[0].split())

    def _finished(self, code: str, response: dict[str, Any]) -> dict[str, Any]:
        if code[0] in "45" and self.view.is_bare and "content" in response:
            return {**response, "headers": parts.header_refs("X-Request-ID")}
        if code[0] in "45":
            sentence = str(response.get("description") or "Refused.")
            return {**parts.error_response(sentence), "description": sentence}
        headers = ["X-Request-ID"]
        if getattr(self.view, "throttle_scope", None) != UNLIMITED:
            headers += ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]
        content = response.get("content", {})
        is_json = not content or JSON in content
        if is_json and code not in {"204", "304"} and code[0] == "2":
            data = content.get(JSON, {}).get("schema", {"type": "null"})
            schema = data if self.view.is_bare else self._enveloped(data)
            examples = {k: v for k, v in content.get(JSON, {}).items() if k != "schema"}
            content = {**content, JSON: {"schema": schema, **examples}}
            headers += self._own_headers(code)
        finished = {
            "description": _described(response),
            "headers": {**parts.header_refs(*headers), **response.get("headers", {})},
        }
        return {**finished, "content": content} if content else finished

    def _own_headers(self, code: str) -> list[str]:
        if self._is_page():
            return ["X-Total-Count", "X-Page-Count", "Link"]
        if not isinstance(self.view, HouseViewSet) or self._action == "destroy":
            return []
        return ["ETag", "Location"] if code == "201" else ["ETag"]

    def _enveloped(self, data: dict[str, Any]) -> dict[str, Any]:
        key = getattr(self.view, "list_key", "") if self._is_page() else ""
        if key:
            data = {
                "type": "object",
                "properties": {key: data, "total": {"type": "integer"}},
                "required": [key, "total"],
                "additionalProperties": True,
            }
        return parts.wrapped(data, is_list=self._is_page())

    def _errors(self, described: set[str]) -> dict[str, Any]:
        names = ["Malformed", "NotAcceptable", "Unavailable"]
        permission = self._permission()
        if permission != PUBLIC:
            names += ["Unauthenticated", "Forbidden"]
        elif self.view.authentication_classes:
            names += ["Unauthenticated"]
        if self.view.throttle_scope != UNLIMITED:
            names.append("TooMany")
        if "{" in self.path:
            names.append("NotFound")
        if self.method in _BODY_METHODS:
            names += ["TooLarge", "UnsupportedMediaType", "Invalid", "Conflict"]
        elif self._is_page():
            names.append("Invalid")
        if self.method in _CHANGE_METHODS:
            names += ["Stale", "Conflict"]
        if self._action == "retrieve" and isinstance(self.view, HouseViewSet):
            seen = {"304": {"description": "Not changed since the `ETag` of `If-None-Match`."}}
        else:
            seen = {}
        refs = {
            str(parts.ERRORS[name][0]): {"$ref": f"#/components/responses/{name}"}
            for name in sorted(set(names), key=lambda name: parts.ERRORS[name][0])
        }
        return {code: ref for code, ref in {**seen, **refs}.items() if code not in described}


def _described(response: dict[str, Any]) -> str:
    """Return the response's description; the framework's "No response body" is not true here."""
    said = str(response.get("description") or "")
    return said if said and "content" in response else "Done."


class MoneyExtension(OpenApiSerializerFieldExtension):
    """Amounts: numbers out, numbers or texts in."""

    target_class = "ispplatform.core.api.fields.MoneyAmountField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        number = {"type": "number", "examples": [64.79]}
        if direction == "response":
            return number
        text = {"type": "string", "pattern": r"^-?\d{1,15}(\.\d{1,4})?$", "examples": ["64.79"]}
        return {"oneOf": [number, text]}


class FreeJsonExtension(OpenApiSerializerFieldExtension):
    """Objects that belong to the caller."""

    target_class = "ispplatform.core.api.fields.FreeJsonField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": True}


class ComputedExtension(OpenApiSerializerFieldExtension):
    """Computed values look like the field that documents them."""

    target_class = "ispplatform.core.api.fields.Computed"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        output: serializers.Field = self.target.output
        if output.field_name is None:
            output.bind(self.target.field_name, self.target.parent)
        schema: dict[str, Any] = auto_schema._map_serializer_field(output, direction)
        return schema


def without_root_copies(endpoints: list[Any], **kwargs: Any) -> list[Any]:
    """Leave out the addresses that only repeat ``/api/v1`` at the root."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/")]
