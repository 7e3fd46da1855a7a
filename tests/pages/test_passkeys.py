"""A passkey in a real browser: Chromium's own virtual authenticator makes it and shows it."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.services.roles import tenant_roles_seed
from ispplatform.core.models import Tenant
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.pages.checks import assert_good_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_made_by_keyboard_and_logs_in_without_a_password(
    page: Page, live_server: LiveServer, tenant: Tenant
) -> None:
    tenant_roles_seed(tenant)
    account = PortalAccountFactory()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto(f"{live_server.url}/login?next=/account/security/passkeys/new")
    page.locator("[name=name]").fill(account.portal_id)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")

    page.get_by_label("Name").fill("My phone")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the passkey").press("Enter")
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    assert_good_page(page)

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/login?next=/account/security")
    page.get_by_role("button", name="Log in with a passkey").press("Enter")
    expect(page.get_by_role("link", name="Remove My phone")).to_be_visible()
    assert_good_page(page)
