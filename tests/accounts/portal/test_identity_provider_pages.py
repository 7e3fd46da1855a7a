"""Identity providers in the back office: set up, changed, tested, ended; identities unlinked."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import IdentityLink, IdentityProvider, Membership, Session
from accounts.rules.identity_providers import redirect_uri_of
from accounts.services.access_ends import access_end
from ispplatform.core.actors import Actor
from ispplatform.core.ids import uuid7
from ispplatform.core.models import AuditEntry, AuditValues, OutboxEvent, Tenant
from ispplatform.core.secrets import encrypted_fields
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.fake_openid import FakeOpenId
from tests.accounts.oauth import browser_of
from tests.accounts.people import acts, colleague
from tests.accounts.portal.test_staff_pages import _app_of
from tests.accounts.sign_on import DOMAIN, SECRET, browser, goes, is_in, person, provider_of, worker
from tests.factories.accounts import PASSWORD

NEW = "/admin/identity-providers/new/"
LIST = "/admin/accounts/identityprovider/"


def _form(**changes: Any) -> dict[str, Any]:
    return {
        "provider_id": str(uuid7()),
        "name": "Harbour ID",
        "issuer": "https://id.northwind.example/realms/harbour",
        "client_id": "back office",
        "client_secret": SECRET,
        "domains": f"{DOMAIN}\n@Mail.Northwind.Example",
        "is_active": "on",
        "password": PASSWORD,
        **changes,
    }


@pytest.fixture
def owner(tenant: Tenant) -> Client:
    """A browser in which somebody who may do everything is logged in."""
    return browser_of(colleague(tenant, "admin"))


def _of(row: IdentityProvider, act: str = "") -> str:
    return f"{LIST}{row.pk}/act/{act}/" if act else f"{LIST}{row.pk}/change/"


def test_owner_sets_a_provider_up_that_colleagues_come_in_by(
    tenant: Tenant, owner: Client, openid: FakeOpenId
) -> None:
    assert NEW in owner.get(f"{LIST}add/")["Location"]
    shown = owner.get(NEW)
    provider_id = shown.context["form"]["provider_id"].value()
    registered = redirect_uri_of(provider_id, tenant.base_url)
    assert registered in shown.content.decode(), "known before the provider asks for it"

    answer = owner.post(NEW, _form(provider_id=str(provider_id), issuer=openid.issuer))

    row = IdentityProvider.objects.get()
    assert answer["Location"] == _of(row)
    assert (row.pk, row.domains) == (UUID(str(provider_id)), ["mail.northwind.example", DOMAIN])
    assert row.client_secret == SECRET
    assert (row.is_active, row.is_required, row.is_factor_trusted) == (True, False, False)
    page = owner.get(_of(row)).content.decode()
    assert registered in page
    assert SECRET not in page
    assert SECRET not in owner.get(f"/admin/identity-providers/{row.pk}/change/").content.decode()
    assert acts()[-1] == "accounts.identity_provider_create"
    assert SECRET not in str(list(AuditValues.objects.values()))

    openid.register("back office", SECRET, registered)
    worker(tenant, "support")
    openid.person = person()
    web = browser()
    assert goes(web, row).status_code == 302
    assert is_in(web)


def test_secret_is_encrypted_and_turned_with_the_others(tenant: Tenant, openid: FakeOpenId) -> None:
    row = provider_of(openid, tenant)
    field = IdentityProvider._meta.get_field("client_secret")
    assert field in encrypted_fields()
    kept = IdentityProvider.objects.extra(select={"raw": "client_secret"}).get(pk=row.pk).raw
    assert kept.startswith("fernet:")
    assert SECRET not in repr(IdentityProvider.objects.get(pk=row.pk).client_secret)


@pytest.mark.parametrize("password", ["", "wrong"])
def test_who_does_not_show_the_password_changes_nothing(
    tenant: Tenant, owner: Client, password: str
) -> None:
    shown = owner.post(NEW, _form(password=password))

    assert "The password is not correct." in shown.content.decode()
    assert not IdentityProvider.objects.exists()
    assert acts()[-1] == "accounts.proof_refused"


def test_code_is_asked_for_where_there_is_a_factor(tenant: Tenant) -> None:
    membership = colleague(tenant, "admin")
    web = browser_of(membership)
    app = _app_of(membership)
    web = browser_of(membership)  # setting the app up ended the first log-in
    assert 'name="code"' in web.get(NEW).content.decode()

    shown = web.post(NEW, _form(code="000000"))

    assert "This code is not correct." in shown.content.decode()
    assert not IdentityProvider.objects.exists()
    assert app.secret not in shown.content.decode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"issuer": "http://id.northwind.example"}, "does not begin with https://"),
        ({"issuer": "https://id.northwind.example/?x=1"}, "no question mark"),
        ({"issuer": "https://me:pw@id.northwind.example"}, "host alone"),
        ({"issuer": "id.northwind.example"}, "host alone"),
        ({"issuer": "https://id.northwind.example:x"}, "is not an address"),
        ({"domains": "not a domain"}, "not is no e-mail domain."),
        ({"domains": "*.northwind.example"}, "is no e-mail domain."),
        ({"domains": "com"}, "is no e-mail domain."),
        ({"client_secret": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_used_is_said_beside_its_field(
    tenant: Tenant, owner: Client, change: dict[str, str], sentence: str
) -> None:
    shown = owner.post(NEW, _form(**change))

    assert sentence in shown.content.decode()
    assert SECRET not in shown.content.decode()
    assert not IdentityProvider.objects.exists()


def test_key_of_a_providers_row_cannot_be_taken_over(
    tenant: Tenant, other_tenant: Tenant, owner: Client, openid: FakeOpenId
) -> None:
    with tenant_context(other_tenant.pk):
        foreign = provider_of(openid, other_tenant)

    shown = owner.post(NEW, _form(provider_id=str(foreign.pk)))

    assert "There is a provider of this name" in shown.content.decode()
    with tenant_context(other_tenant.pk):
        assert IdentityProvider.objects.get().issuer == openid.issuer


def test_provider_of_another_company_is_not_there(
    tenant: Tenant, other_tenant: Tenant, owner: Client, openid: FakeOpenId
) -> None:
    with tenant_context(other_tenant.pk):
        foreign = provider_of(openid, other_tenant)
    page = f"/admin/identity-providers/{foreign.pk}/change/"

    assert owner.get(page).status_code == 404
    assert owner.post(page, _form()).status_code == 404
    assert owner.post(page, {}).status_code == 404
    for act in ("test", "switch_off", "delete"):
        owner.post(_of(foreign, act))
    with tenant_context(other_tenant.pk):
        kept = IdentityProvider.objects.get()
        assert (kept.is_active, kept.state) == (True, "untested")


def test_who_may_less_than_everything_sets_no_provider_up(tenant: Tenant) -> None:
    """Whoever says who is whom could come in as an owner."""
    membership = colleague(tenant, "support")
    role = membership.roles.get()
    role.is_customised = True
    role.grants = ["identity_providers:*"]
    role.save()

    shown = browser_of(membership).post(NEW, _form())

    assert "You do not hold * yourself." in shown.content.decode()
    assert not IdentityProvider.objects.exists()


def test_others_see_nothing_of_it(tenant: Tenant, openid: FakeOpenId) -> None:
    row, web = provider_of(openid, tenant), browser_of(colleague(tenant, "operator"))

    for path in (LIST, NEW, _of(row), f"/admin/identity-providers/{row.pk}/change/"):
        assert web.get(path).status_code == 403, path
    for act in ("test", "switch_off", "delete"):
        assert web.post(_of(row, act)).status_code == 403
    assert IdentityProvider.objects.get().is_active


def test_test_reads_the_provider_and_says_what_is_wrong(
    tenant: Tenant, owner: Client, openid: FakeOpenId
) -> None:
    row = provider_of(openid, tenant)

    shown = owner.post(_of(row, "test"), follow=True).content.decode()

    assert "It answers and shows 1 usable key." in shown
    assert IdentityProvider.objects.get().state == "working"
    openid.lies.metadata = {"issuer": "https://id.other.example"}
    shown = owner.post(_of(row, "test"), follow=True).content.decode()
    assert "The provider calls itself https://id.other.example: write the issuer exactly" in shown
    failing = IdentityProvider.objects.get()
    assert failing.state == "failing"
    assert failing.tested_at is not None
    openid.lies.metadata = {}
    openid.jwks = lambda: {"keys": []}  # type: ignore[method-assign]
    assert (
        "hold none for RS256 or ES256" in owner.post(_of(row, "test"), follow=True).content.decode()
    )
    assert acts()[-3:] == ["accounts.identity_provider_test"] * 3


def test_change_keeps_the_secret_unless_another_is_written(
    tenant: Tenant, owner: Client, openid: FakeOpenId
) -> None:
    row = provider_of(openid, tenant)
    page = f"/admin/identity-providers/{row.pk}/change/"
    assert page in owner.get(_of(row)).content.decode()
    begun = owner.get(page).context["form"]
    assert begun["domains"].value() == DOMAIN
    kept = {"issuer": row.issuer, "client_id": row.client_id, "client_secret": ""}

    owner.post(page, _form(**kept, name="Pier ID", domains=DOMAIN, is_required="on"))

    row.refresh_from_db()
    assert (row.name, row.is_required, row.client_secret) == ("Pier ID", True, SECRET)
    owner.post(page, _form(**{**kept, "client_secret": "another"}))
    row.refresh_from_db()
    assert row.client_secret == "another"
    noted = AuditEntry.objects.filter(act="accounts.identity_provider_update").latest("id")
    assert noted.values.after["client_secret_replaced"] is True
    assert "another" not in str(noted.values.after)


@pytest.mark.parametrize("name", ["issuer", "client_id"])
def test_kept_secret_is_never_shown_to_another(
    tenant: Tenant, owner: Client, openid: FakeOpenId, name: str
) -> None:
    row = provider_of(openid, tenant)
    kept = {"issuer": row.issuer, "client_id": row.client_id, "client_secret": ""}
    changed = {**kept, name: "https://id.evil.example"}

    shown = owner.post(f"/admin/identity-providers/{row.pk}/change/", _form(**changed))

    assert "Write the secret of the new client, too." in shown.content.decode()
    row.refresh_from_db()
    assert row.issuer == openid.issuer


@pytest.fixture
def came(tenant: Tenant, openid: FakeOpenId) -> tuple[IdentityProvider, Membership, Client]:
    """A provider, a colleague who came in by it, and their browser."""
    provider, membership, web = provider_of(openid, tenant), worker(tenant, "support"), browser()
    openid.person = person()
    goes(web, provider)
    assert is_in(web)
    return provider, membership, web


Came = tuple[IdentityProvider, Membership, Client]


def test_switching_off_ends_the_log_ins_and_keeps_the_identities(
    tenant: Tenant, owner: Client, came: Came
) -> None:
    provider, _membership, web = came

    owner.post(_of(provider, "switch_off"))

    assert not is_in(web)
    assert IdentityLink.objects.exists()
    assert "Harbour ID" not in browser().get("/admin/login/").content.decode()
    assert is_in(owner), "other log-ins go on"


def test_another_issuer_ends_the_identities_of_the_earlier_one(
    tenant: Tenant, owner: Client, came: Came
) -> None:
    provider, _membership, web = came
    page = f"/admin/identity-providers/{provider.pk}/change/"

    owner.post(page, _form(issuer="https://id.new.example", domains=DOMAIN))

    assert not is_in(web)
    assert not IdentityLink.objects.exists()
    provider.refresh_from_db()
    assert (provider.issuer, provider.state) == ("https://id.new.example", "untested")


def test_deleting_ends_everything_that_came_by_it(
    tenant: Tenant, owner: Client, came: Came
) -> None:
    provider, _membership, web = came

    answer = owner.post(_of(provider, "delete"))

    assert answer["Location"] == LIST
    assert not is_in(web)
    assert not IdentityProvider.objects.exists()
    assert not IdentityLink.objects.exists()
    noted = AuditEntry.objects.get(act="accounts.identity_provider_delete")
    assert noted.values.before["identities"] == 1


def _told() -> list[str]:
    mails = OutboxEvent.objects.filter(name="accounts.identity_link_changed").order_by("id")
    return [one.payload["change"] for one in mails]


def test_staff_unlink_a_colleague_on_their_page(tenant: Tenant, owner: Client, came: Came) -> None:
    _provider, membership, web = came
    page = f"/admin/accounts/membership/{membership.pk}"
    assert "Unlink from a provider" in owner.get(f"{page}/change/").content.decode()
    link = IdentityLink.objects.get()

    owner.post(f"{page}/act/unlink/", {"link_id": str(link.pk), "reason": "left the group"})

    assert not IdentityLink.objects.exists()
    assert not is_in(web)
    assert _told() == ["linked", "unlinked"]
    noted = AuditEntry.objects.get(act="accounts.identity_unlink")
    assert noted.values.reason == "left the group"
    assert noted.values.before["subject"] == "4711"


def test_colleague_unlinks_themselves_and_nobody_else(
    tenant: Tenant, openid: FakeOpenId, came: Came
) -> None:
    provider, membership, _web = came
    mine = IdentityLink.objects.get()
    other = worker(tenant, "support", email=f"sam@{DOMAIN}")
    openid.person = person(sub="4712", email=other.user.email)
    goes(browser(), provider)
    theirs = IdentityLink.objects.get(membership=other)
    web = browser_of(membership)
    assert "Harbour ID" in web.get("/admin/account/").content.decode()

    for one in (theirs, mine):
        web.post("/admin/account/", {"act": "unlink", "identity": str(one.pk)})
    web.post("/admin/account/", {"act": "unlink", "identity": "none"})

    assert list(IdentityLink.objects.all()) == [theirs]
    assert is_in(web), "the log-in by password goes on"
    ended = Session.objects.exclude(ended_at=None)
    assert [one.identity_link_id for one in ended] == [mine.pk]


def test_suspending_ends_what_came_by_the_provider(
    tenant: Tenant, owner: Client, came: Came
) -> None:
    _provider, membership, web = came

    owner.post(
        f"/admin/accounts/membership/{membership.pk}/act/suspend/", {"reason": "left the company"}
    )

    assert not is_in(web)


def test_who_leaves_is_known_at_no_provider_any_more(tenant: Tenant, came: Came) -> None:
    _provider, membership, web = came

    access_end(actor=Actor.system("test"), membership=membership, reason="left the company")

    assert not is_in(web)
    assert not IdentityLink.objects.exists()
    noted = AuditEntry.objects.get(act="accounts.identity_unlink")
    assert noted.values.before["subject"] == "4711"
