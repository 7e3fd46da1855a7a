"""The OpenAPI document says what the API does."""

import json

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.views import APIView

from ispplatform.core.api.checks import api_routes, check_api_routes
from ispplatform.core.api.documents import document_json
from ispplatform.core.api.json_text import encode_json
from ispplatform.core.api.views import ApiView
from tests.core.api import resources


@pytest.fixture
def document():
    made = SchemaGenerator().get_schema(request=None, public=True)
    return json.loads(encode_json(made))


def names(operation: dict) -> set[str]:
    return {parameter["name"] for parameter in operation["parameters"]}


def test_the_products_own_document_is_valid_without_a_warning(settings, tmp_path):
    settings.ROOT_URLCONF = "ispplatform.urls"
    target = tmp_path / "openapi.json"
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json",
                 file=str(target))  # fmt: skip
    made = json.loads(target.read_text())
    assert made["openapi"] == "3.1.0"
    assert "/api/v1/health" in made["paths"]
    assert all(path.startswith("/api/") for path in made["paths"])


def test_operation_ids_are_unique(document):
    ids = [
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
    ]
    assert len(ids) == len(set(ids))
    assert {"test_permits_list", "test_permits_retrieve", "test_permits_refuse"} <= set(ids)


def test_a_list_documents_its_paging_filters_sorts_and_headers(document):
    operation = document["paths"]["/api/test/permits"]["get"]
    assert operation["summary"] == "List permits"
    assert "`permits:read`" in operation["description"]
    assert operation["x-permission"] == "permits:read"
    assert {
        "limit", "page", "offset", "cursor", "sort", "order", "search", "mode", "reason",
        "filter[reason][contains]", "filter[created_at][gte]", "date_from", "date_to",
    } <= names(operation)  # fmt: skip
    answer = operation["responses"]["200"]
    assert {"X-Total-Count", "Link", "X-RateLimit-Limit", "X-Request-ID"} <= set(answer["headers"])
    envelope, own = answer["content"]["application/json"]["schema"]["allOf"]
    assert envelope == {"$ref": "#/components/schemas/ListEnvelope"}
    assert own["properties"]["data"] == {
        "type": "array",
        "items": {"$ref": "#/components/schemas/PermitRow"},
    }
    assert {"400", "401", "403", "406", "422", "429", "503"} <= set(operation["responses"])


def test_a_portal_list_names_its_rows(document):
    answer = document["paths"]["/api/test/entries"]["get"]["responses"]["200"]
    data = answer["content"]["application/json"]["schema"]["allOf"][1]["properties"]["data"]
    assert data["required"] == ["entries", "total"]


def test_writing_documents_body_key_and_version(document):
    created = document["paths"]["/api/test/permits"]["post"]
    assert "Idempotency-Key" in names(created)
    assert {"201", "409", "413", "415", "422"} <= set(created["responses"])
    body = created["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/PermitInputRequest"}
    schema = document["components"]["schemas"]["PermitInputRequest"]
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["actor_label", "expires_at", "reason"]
    assert schema["properties"]["amount"]["oneOf"][0]["type"] == "number"
    assert schema["properties"]["metadata"]["type"] == "object"
    changed = document["paths"]["/api/test/permits/{id}"]["put"]
    assert "If-Match" in names(changed)
    assert {"404", "409", "412"} <= set(changed["responses"])
    patched = changed["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert "required" not in document["components"]["schemas"][patched.rpartition("/")[2]]


def test_what_is_public_asks_for_nothing_and_the_rest_says_how_to_log_in(document):
    assert document["paths"]["/api/test/echo"]["post"]["security"] == [{}]
    assert document["paths"]["/api/test/permits"]["get"]["security"] == [
        {"bearerAuth": []},
        {"apiKeyAuth": []},
        {"cookieAuth": []},
    ]
    assert {"apiKeyAuth": []} not in document["paths"]["/api/test/entries"]["get"]["security"]


def test_every_body_has_an_example(document):
    validate_schema(document)
    for item in document["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                for kind, media in response.get("content", {}).items():
                    assert {"example", "examples"} & set(media) or kind != "application/json"
    permit = document["paths"]["/api/test/permits/{id}"]["get"]["responses"]["200"]
    example = permit["content"]["application/json"]["example"]
    assert example["success"] is True
    assert example["data"]["id"] == "0193a1f0-5b1e-7cc3-98c4-dc0c0c07398f"


def test_computed_values_look_like_what_documents_them(document):
    row = document["components"]["schemas"]["PermitRow"]
    assert row["properties"]["loud_reason"]["type"] == "string"
    assert row["properties"]["version"]["type"] == "integer"


def test_documents_are_served(anyone):
    document_json.cache_clear()
    whole = anyone("GET", "/api/v1/openapi.json")
    assert whole.status_code == 200
    assert whole.json()["info"]["title"] == "ISP Platform API"
    assert anyone("GET", "/openapi.json").content == whole.content
    portal = anyone("GET", "/api/portal/v1/openapi.json").json()
    assert all(address.startswith("/api/portal/v1") for address in portal["paths"])
    document_json.cache_clear()


@pytest.mark.parametrize("name", ["docs", "redoc"])
def test_the_pages_load_nothing_from_elsewhere(anyone, name):
    response = anyone("GET", f"/api/v1/{name}")
    assert response.status_code == 200
    assert "https://" not in response.content.decode()
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe-eval" not in policy
    assert "script-src 'self'" in policy


class Undeclared(ApiView):
    permissions_required = {"get": "nonsense"}
    throttle_scope = "never"

    def get(self, request):
        """Nothing."""

    def post(self, request):
        """Nothing."""


class Foreign(APIView):
    def get(self, request):
        """Nothing."""


@pytest.fixture
def faulty_routes(monkeypatch):
    monkeypatch.setattr(
        resources,
        "urlpatterns",
        [path("undeclared", Undeclared.as_view()), path("foreign", Foreign.as_view()),
         path("api/test/echo", resources.EchoView.as_view())],
    )  # fmt: skip


def test_routes_that_declare_too_little_do_not_start(faulty_routes, settings):
    settings.ROOT_URLCONF = type("urls", (), {"urlpatterns": resources.urlpatterns})
    found = {
        (error.id, error.msg.partition(" ")[0]) for error in check_api_routes(app_configs=None)
    }
    assert found == {
        ("core.E050", "foreign:"),
        ("core.E051", "POST"),
        ("core.E053", "GET"),
        ("core.E054", "undeclared:"),
        ("core.E052", "POST"),
    }


def test_the_product_passes_its_own_checks(settings):
    settings.ROOT_URLCONF = "ispplatform.urls"
    assert check_api_routes(app_configs=None) == []
    assert run_checks(tags=["urls"]) == []
    assert ("api/v1/health", {"get": "get"}) in [(a, actions) for a, _, actions in api_routes()]
