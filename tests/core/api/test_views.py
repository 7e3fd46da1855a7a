"""Who may, single resources and their versions, answers to what is not there."""

import pytest

from ispplatform.core.models import PurgePermit
from ispplatform.core.tenancy.context import tenant_context

GOOD = {"reason": "reset", "actor_label": "ada", "expires_at": "2027-01-01T00:00:00Z"}


def code(response) -> str:
    return response.json()["error"]["code"]


def test_strangers_are_asked_to_log_in(anyone):
    response = anyone("GET", "permits")
    assert response.status_code == 401
    assert code(response) == "AUTHENTICATION_REQUIRED"
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_wrong_credential_is_refused(tenant, anyone):
    response = anyone("GET", "permits", Authorization="Test nobody")
    assert response.status_code == 401
    assert code(response) == "AUTHENTICATION_REQUIRED"


def test_a_missing_permission_is_told_by_name_and_nothing_is_written(reader):
    response = reader("POST", "permits", GOOD)
    assert response.status_code == 403
    assert code(response) == "ACCESS_DENIED"
    assert response.json()["error"]["details"]["required_permission"] == "permits:create"
    assert PurgePermit.objects.count() == 0


def test_each_side_keeps_to_its_own_api(customer, reader):
    assert customer("GET", "permits").status_code == 403
    assert reader("GET", "entries").status_code == 403
    assert customer("GET", "echo").json()["data"] == {"actor": "customer"}


def test_public_views_know_nobody(anyone, reader):
    assert anyone("POST", "echo", {"a": 1}).status_code == 200
    assert anyone("GET", "echo").status_code == 401


def test_other_methods_are_405_and_say_which_there_are(writer, anyone):
    response = writer("DELETE", "permits")
    assert response.status_code == 405
    assert code(response) == "METHOD_NOT_ALLOWED"
    assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"
    for method in ("TRACE", "DISPATCH", "INITIAL", "LIST"):
        assert anyone(method, "permits").status_code == 405


def test_options_tells_methods_and_nothing_else(anyone):
    response = anyone("OPTIONS", "permits")
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_head_is_get_without_a_body(reader, permit):
    response = reader("HEAD", f"permits/{permit.pk}")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["ETag"]


def test_unknown_ids_and_other_tenants_ids_are_the_same_404(reader, other_tenant):
    with tenant_context(other_tenant.pk):
        theirs = PurgePermit.objects.create(**GOOD)
    unknown = reader("GET", "permits/0190a000-0000-7000-8000-000000000000")
    foreign = reader("GET", f"permits/{theirs.pk}")
    assert (unknown.status_code, foreign.status_code) == (404, 404)
    said = [answer.json()["error"] for answer in (unknown, foreign)]
    references = {error["details"].pop("reference") for error in said}
    assert said[0] == said[1]
    assert len(references) == 2, "each request has its own"
    assert unknown.json()["error"]["message"] == "There is no such permit."


@pytest.mark.parametrize(
    "path", ["permits/7", "permits/x/y", "permits/", "nothing", "permits/%00", "../test/permits"]
)
def test_addresses_where_nothing_is_are_404_in_the_envelope(reader, path):
    response = reader("GET", path)
    assert response.status_code == 404
    assert code(response) == "RESOURCE_NOT_FOUND"
    assert "X-RateLimit-Limit" in response.headers


def test_version_0_is_gone_and_says_where_to_go(anyone):
    for method in ("GET", "POST"):
        response = anyone(method, "/api/v0/customers")
        assert response.status_code == 410
        assert response.json()["error"]["details"]["migration_guide"] == "/api/v1/docs"


def test_creating_shows_the_new_object_and_its_address(writer):
    response = writer("POST", "permits", GOOD)
    assert response.status_code == 201
    data = response.json()["data"]
    assert data["reason"] == "reset"
    assert response.json()["message"] == "Permit created."
    assert response.headers["Location"] == f"/api/test/permits/{data['id']}"
    assert response.headers["ETag"].startswith(f'"{data["version"]}.')
    assert PurgePermit.objects.get().pk.hex == data["id"].replace("-", "")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_put_and_patch_merge(writer, permit, method):
    response = writer(method, f"permits/{permit.pk}", {"reason": "moved"})
    assert response.status_code == 200
    permit.refresh_from_db()
    assert (permit.reason, permit.actor_label) == ("moved", "ada")


def test_an_object_that_did_not_change_is_304(reader, permit):
    first = reader("GET", f"permits/{permit.pk}")
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    for seen in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = reader("GET", f"permits/{permit.pk}", If_None_Match=seen)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
    PurgePermit.objects.filter(pk=permit.pk).update(reason="moved")
    assert reader("GET", f"permits/{permit.pk}", If_None_Match=tag).status_code == 200


def test_a_stale_write_is_refused_and_changes_nothing(writer, permit):
    seen = writer("GET", f"permits/{permit.pk}")
    tag, version = seen.headers["ETag"], seen.json()["data"]["version"]
    PurgePermit.objects.filter(pk=permit.pk).update(reason="meanwhile")
    by_tag = writer("PUT", f"permits/{permit.pk}", {"reason": "mine"}, If_Match=tag)
    assert (by_tag.status_code, code(by_tag)) == (412, "STALE_OBJECT")
    by_body = writer("PUT", f"permits/{permit.pk}", {"reason": "mine", "version": version})
    assert (by_body.status_code, code(by_body)) == (409, "VERSION_CONFLICT")
    deleted = writer("DELETE", f"permits/{permit.pk}", If_Match=tag)
    assert deleted.status_code == 412
    permit.refresh_from_db()
    assert permit.reason == "meanwhile"


def test_a_fresh_write_goes_through(writer, permit):
    tag = writer("GET", f"permits/{permit.pk}").headers["ETag"]
    first = writer("PATCH", f"permits/{permit.pk}", {"reason": "one"}, If_Match=tag)
    assert first.status_code == 200
    version = first.json()["data"]["version"]
    second = writer("PATCH", f"permits/{permit.pk}", {"reason": "two", "version": version})
    assert second.status_code == 200
    assert writer("PATCH", f"permits/{permit.pk}", {"reason": "3"}, If_Match="*").status_code == 200
    assert writer("PATCH", f"permits/{permit.pk}", {"reason": "4"}, If_Match="x").status_code == 412


def test_deleting_says_so(writer, permit):
    response = writer("DELETE", f"permits/{permit.pk}")
    assert response.status_code == 200
    assert (response.json()["data"], response.json()["message"]) == (None, "Permit deleted.")
    assert PurgePermit.objects.count() == 0


def test_a_crash_is_a_500_in_the_envelope_that_tells_nothing(writer):
    response = writer("POST", "permits/crash")
    assert response.status_code == 500
    assert code(response) == "INTERNAL_ERROR"
    assert b"ZeroDivision" not in response.content
    assert response.json()["request_id"] == response.headers["X-Request-ID"]
    assert PurgePermit.objects.count() == 0


def test_a_rule_that_forbids_leaves_nothing_behind(writer):
    response = writer("POST", "permits/refuse")
    assert (response.status_code, code(response)) == (409, "RULE_VIOLATION")
    assert response.json()["error"]["details"]["permit"] == "none"
    assert PurgePermit.objects.count() == 0


def test_messages_and_top_level_names_are_the_views(reader):
    body = reader("GET", "echo").json()
    assert (body["message"], body["actor"]) == ("Read.", "top")
