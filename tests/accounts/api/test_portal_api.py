"""The customers' API: sign-up, log-in, account; and the browser's session at the staff API."""

from typing import Any
from uuid import UUID

from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Role, Session
from accounts.tokens.derived import derived_code
from ispplatform.core.models import AuditEntry, Tenant
from tests.accounts.people import (
    Program,
    colleague,
    customer,
    portal_program,
    staff_program,
)
from tests.factories.accounts import PASSWORD, IntegrationFactory, UserFactory

NEW_PASSWORD = "Grey-Kettle-91-Orchard"


def test_sign_up_over_the_api_confirms_and_logs_in(tenant: Tenant) -> None:
    customer(tenant)
    api = APIClient()
    body = {"email": "new@mail.example", "password": NEW_PASSWORD, "firstName": "Noa"}

    answer = api.post("/api/portal/v1/auth/register", body, format="json")
    assert answer.status_code == 202
    code_id = answer.json()["data"]["verification_id"]
    done = api.post(
        "/api/portal/v1/auth/verify-email",
        {
            "verification_id": code_id,
            "code": derived_code("email_code", row_id=UUID(code_id)),
        },
        format="json",
    )

    assert done.status_code == 200, done.json()
    profile = Program(done.json()["data"]["access_token"])("GET", "/api/portal/v1/account/profile")
    assert profile.json()["data"]["email"] == "new@mail.example"
    assert profile.json()["data"]["first_name"] == "Noa"


def test_sign_up_tells_nothing_of_known_addresses(tenant: Tenant) -> None:
    account = customer(tenant)
    api = APIClient()

    def shape(email: str) -> Any:
        body = {"email": email, "password": NEW_PASSWORD}
        with CaptureQueriesContext(connection) as queries:
            answer = api.post("/api/portal/v1/auth/register", body, format="json")
        return answer.status_code, sorted(answer.json()["data"]), answer.json()["message"], queries

    known, unknown = shape(account.user.email), shape("nobody@mail.example")

    assert known[:3] == unknown[:3]


def test_portal_profile_and_password_over_the_api(tenant: Tenant) -> None:
    call, account = portal_program(tenant)

    shown = call(
        "PUT",
        "/api/portal/v1/account/profile",
        {"phone": "+49 30 1", "email_notifications": False, "theme_preference": "dark"},
    ).json()["data"]

    assert shown["portal_id"] == account.portal_id
    assert shown["customer"]["id"] == str(account.customer_id)
    assert shown["phone"] == "+49 30 1"
    assert shown["account_settings"]["email_notifications"] is False
    assert shown["account_settings"]["theme_preference"] == "dark"
    body = {
        "current_password": PASSWORD,
        "new_password": NEW_PASSWORD,
        "confirm_password": NEW_PASSWORD,
    }
    path = "/api/portal/v1/account/change-password"
    assert call("POST", path, {**body, "confirm_password": "x"}).status_code == 422
    assert call("POST", path, body).status_code == 200
    rows = call("GET", "/api/portal/v1/account/sessions").json()["data"]["sessions"]
    assert [row["is_current"] for row in rows] == [True]


def test_portal_log_in_answers_in_the_documented_shape(tenant: Tenant) -> None:
    account = customer(tenant)
    body = {"portal_id": account.portal_id, "password": PASSWORD, "remember_me": True}

    answer = APIClient().post("/api/portal/v1/auth/login", body, format="json")

    data = answer.json()["data"]
    assert data["portal_id"] == account.portal_id
    assert data["account_type"] == "customer"
    assert data["require_password_change"] is False
    assert data["require_two_factor"] is False
    assert data["two_factor_methods"] == []
    assert Session.objects.get().idle_seconds == 30 * 86_400


def test_browser_session_opens_the_api_for_writing_only_with_the_csrf_token(
    tenant: Tenant,
) -> None:
    membership = colleague(tenant, "admin")
    web = APIClient(enforce_csrf_checks=True)
    page = web.get("/admin/login/")
    token = web.cookies["csrftoken"].value
    web.post(
        "/admin/login/",
        {"name": membership.user.email, "password": PASSWORD, "csrfmiddlewaretoken": token},
        format="multipart",
    )
    assert page.status_code == 200
    assert web.get("/api/v1/users").status_code == 200

    refused = web.post("/api/v1/roles", {"name": "X", "permissions": []}, format="json")
    assert refused.status_code == 403
    assert not Role.objects.filter(name="X").exists()
    token = web.cookies["csrftoken"].value
    made = web.post(
        "/api/v1/roles",
        {"name": "X", "permissions": []},
        format="json",
        HTTP_X_CSRFTOKEN=token,
    )
    assert made.status_code == 201


def test_secrets_stay_out_of_trail_and_outbox(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    made = call(
        "POST",
        "api-keys",
        {
            "name": "sync",
            "scopes": ["users:read"],
            "integration_id": str(IntegrationFactory().pk),
        },
    )
    key = made.json()["data"]["key"]
    call("POST", "users", {"email": "kim@mail.example", "password": NEW_PASSWORD})

    written = str(list(AuditEntry.objects.values())) + str(
        [entry.values.after for entry in AuditEntry.objects.select_related("values")]
    )

    for secret in (key, NEW_PASSWORD, PASSWORD, django_settings.SECRET_KEY):
        assert secret not in written


def test_operator_without_membership_is_not_listed(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "admin")
    UserFactory(is_superuser=True)

    assert [row["id"] for row in call("GET", "users").json()["data"]] == [str(me.user_id)]
