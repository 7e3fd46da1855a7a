"""Error pages, the visitor's choices, the content security policy, the style guide's door."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client, RequestFactory

from ispplatform.core.models import Tenant, TenantMode
from ispplatform.core.pages import errors
from ispplatform.core.pages.references import reference_of
from ispplatform.core.request_ids import use_request_id
from tests.factories.core import TenantFactory


def test_a_reference_is_the_end_of_the_request_id() -> None:
    assert reference_of("0190f5a2-7b3c-7def-8123-4567890abcde") == "890A-BCDE"
    assert reference_of("ab") == "AB"
    assert reference_of("") == ""


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda request: errors.bad_request(request, SuspiciousOperation()), 400),
        (lambda request: errors.permission_denied(request, PermissionDenied()), 403),
        (lambda request: errors.error_page(request, 429), 429),
        (lambda request: errors.server_error(request), 500),
        (lambda request: errors.error_page(request, 503), 503),
        (lambda request: errors.csrf_failure(request, reason="no cookie"), 403),
    ],
)
def test_error_pages_need_no_database_and_carry_a_reference(answer: object, status: int) -> None:
    use_request_id("0190f5a2-7b3c-7def-8123-4567890abcde")
    response = answer(RequestFactory().get("/somewhere"))  # type: ignore[operator] # a lambda
    page = response.content.decode()
    assert response.status_code == status
    assert response["Cache-Control"] == "no-store"
    assert "890A-BCDE" in page
    assert 'href="/"' in page


def test_an_error_in_the_admin_leads_back_to_the_dashboard() -> None:
    page = errors.server_error(RequestFactory().get("/admin/core/tenant/")).content.decode()
    assert 'href="/admin/"' in page
    assert "To the dashboard" in page


def test_trying_again_never_repeats_a_form() -> None:
    page = errors.server_error(RequestFactory().post("/pay?x=1")).content.decode()
    assert 'href="/pay"' in page
    assert "x=1" not in page


def test_an_unknown_address_is_answered_in_the_brand(client: Client, tenant: Tenant) -> None:
    response = client.get("/no-such-page")
    assert response.status_code == 404
    assert "There is nothing at this address · Northwind Hosting" in response.content.decode()


@pytest.mark.parametrize("choice", ["light", "dark", "auto"])
def test_the_appearance_is_kept_and_used(client: Client, tenant: Tenant, choice: str) -> None:
    response = client.post("/preferences/theme", {"theme": choice, "next": "/styleguide?x=1"})
    assert response.status_code == 302
    assert response["Location"] == "/styleguide?x=1"
    page = client.get("/styleguide").content.decode()
    assert f'data-theme="{choice}"' in page


def test_a_strange_appearance_changes_nothing(client: Client, tenant: Tenant) -> None:
    response = client.post("/preferences/theme", {"theme": '"><script>'})
    assert response.status_code == 302
    assert "theme" not in response.cookies


def test_the_language_is_kept_and_used(client: Client, tenant: Tenant) -> None:
    client.post("/preferences/language", {"language": "de", "next": "/styleguide"})
    assert '<html lang="de"' in client.get("/styleguide").content.decode()


def test_a_language_that_we_do_not_speak_changes_nothing(client: Client, tenant: Tenant) -> None:
    response = client.post("/preferences/language", {"language": "tlh"})
    assert "django_language" not in response.cookies


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""]
)
def test_choices_lead_back_to_this_site_only(client: Client, tenant: Tenant, target: str) -> None:
    response = client.post("/preferences/theme", {"theme": "dark", "next": target})
    assert response["Location"] == "/"


def test_choices_are_never_made_by_a_link(client: Client, tenant: Tenant) -> None:
    response = client.get("/preferences/theme?theme=dark")
    assert response.status_code == 405
    assert "theme" not in response.cookies


def test_choices_need_the_token_of_the_form(tenant: Tenant) -> None:
    response = Client(enforce_csrf_checks=True).post("/preferences/theme", {"theme": "dark"})
    assert response.status_code == 403
    assert "The form had grown too old" in response.content.decode()
    assert "theme" not in response.cookies


def test_pages_load_nothing_from_elsewhere(client: Client, tenant: Tenant) -> None:
    response = client.get("/styleguide")
    nonce = response.context["csp_nonce"]
    directives = dict(
        line.strip().split(" ", 1) for line in response["Content-Security-Policy"].split(";")
    )
    assert directives == {
        "default-src": "'self'",
        "script-src": f"'self' 'nonce-{nonce}'",
        "style-src": f"'self' 'nonce-{nonce}'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert f'<style nonce="{nonce}">' in response.content.decode()


def test_only_the_admin_may_evaluate_scripts(client: Client, tenant: Tenant) -> None:
    policy = client.get("/admin/", follow=True)["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval' 'unsafe-inline'" in policy
    assert "default-src 'self'" in policy
    assert "http" not in policy


def test_the_style_guide_is_open_in_a_sandbox_only(client: Client, tenant: Tenant) -> None:
    TenantFactory(slug="live", mode=TenantMode.LIVE)
    for address, status in (
        ("/styleguide", 200),
        ("/styleguide/home", 200),
        ("/styleguide/mail", 200),
        ("/styleguide/mail.txt", 200),
        ("/styleguide/document.pdf", 200),
        ("/styleguide/errors/500", 500),
    ):
        assert client.get(address).status_code == status
        answer = client.get(address, headers={"host": "live.localhost"})
        assert answer.status_code == 404
        assert "There is nothing at this address" in answer.content.decode()


@pytest.mark.parametrize("address", ["/styleguide/no-such-part", "/styleguide/errors/418"])
def test_the_style_guide_has_no_other_pages(client: Client, tenant: Tenant, address: str) -> None:
    assert client.get(address).status_code == 404


def test_browsers_that_ask_for_the_old_icon_are_led_to_the_new_one(
    client: Client, tenant: Tenant
) -> None:
    assert client.get("/favicon.ico")["Location"] == "/static/images/icon.svg"
