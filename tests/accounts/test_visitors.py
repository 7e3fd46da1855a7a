"""The language and the time zone in which customers see the portal."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import PortalAccount
from accounts.selectors.principals import session_entry
from accounts.services.users import profile_update
from customers.models import Customer
from customers.services.customers import customer_update
from ispplatform.core.actors import Actor
from ispplatform.core.errors import InvalidInput
from ispplatform.core.models import AuditEntry, Tenant
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from notifications.slots import customer_recipients
from tests.accounts.people import customer, portal_in
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.customers import CustomerFactory

GERMAN_CUSTOMER = {"language": "de", "time_zone": "America/New_York"}


@pytest.fixture
def account(tenant: Tenant) -> PortalAccount:
    """A log-in for a customer whose stored language is German."""
    customer(tenant)
    return PortalAccountFactory(customer_id=CustomerFactory(**GERMAN_CUSTOMER).pk)


@pytest.fixture
def web(tenant: Tenant, account: PortalAccount) -> Client:
    """The customer's browser, which asks for English, after the log-in."""
    browser = Client(headers={"User-Agent": "Firefox", "Accept-Language": "en"})
    browser.post("/login", {"name": account.portal_id, "password": PASSWORD})
    return browser


def shown(web: Client, path: str = "/account") -> str:
    answer = web.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def language_of(web: Client) -> str:
    return shown(web).split('<html lang="')[1][:2]


def test_the_portal_speaks_the_customers_stored_language(web: Client) -> None:
    assert language_of(web) == "de"


def test_times_are_in_the_customers_zone(web: Client) -> None:
    seen: list[str] = []

    def note(sender: Any, **kwargs: Any) -> None:
        seen.append(timezone.get_current_timezone_name())

    template_rendered.connect(note)
    shown(web)
    template_rendered.disconnect(note)
    assert set(seen) == {"America/New_York"}


def test_what_the_person_chooses_in_the_portal_is_kept_at_the_log_in(
    tenant: Tenant, web: Client, account: PortalAccount
) -> None:
    web.post("/preferences/language", {"language": "en", "next": "/account"})

    assert language_of(web) == "en"
    with tenant_context(tenant.pk):
        account.refresh_from_db()
        assert account.language == "en"
        assert account.user.preferences["language"] == "en"
        assert Customer.objects.get().language == "de"
        assert AuditEntry.objects.filter(act="accounts.profile_update").count() == 1
    other = Client(headers={"User-Agent": "Opera", "Accept-Language": "de"})
    other.post("/login", {"name": account.portal_id, "password": PASSWORD})
    assert language_of(other) == "en"


def test_a_language_that_nobody_speaks_here_changes_nothing(
    tenant: Tenant, web: Client, account: PortalAccount
) -> None:
    web.post("/preferences/language", {"language": "xx", "next": "/account"})
    with tenant_context(tenant.pk):
        account.refresh_from_db()
    assert (account.language, language_of(web)) == ("", "de")


def test_a_visitor_without_log_in_keeps_a_cookie_only(tenant: Tenant) -> None:
    visitor = Client(headers={"Accept-Language": "en"})
    visitor.post("/preferences/language", {"language": "de", "next": "/login"})
    assert '<html lang="de"' in shown(visitor, "/login")
    with tenant_context(tenant.pk):
        assert AuditEntry.objects.count() == 0


def test_a_change_by_staff_is_seen_on_the_next_page(
    tenant: Tenant, web: Client, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.SHARED_DECISION_CACHE = True
    assert language_of(web) == "de"
    with tenant_context(tenant.pk), django_capture_on_commit_callbacks(execute=True):
        customer_update(actor=Actor.system("tests"), customer=Customer.objects.get(), language="en")
    assert language_of(web) == "en"


def test_both_are_read_with_the_session_and_kept_with_it(
    tenant: Tenant, account: PortalAccount, settings: Any
) -> None:
    settings.SHARED_DECISION_CACHE = True
    entry = portal_in(tenant, account)
    ids = {"tenant_id": entry.tenant_id, "session_id": entry.session_id}

    with CaptureQueriesContext(
        connection,
    ) as cold:
        first = session_entry(**ids)
    with CaptureQueriesContext(connection) as warm:
        again = session_entry(**ids)

    assert first is not None
    assert (first.language, first.time_zone) == ("de", "America/New_York")
    assert again == first
    assert len([one for one in cold if "SELECT" in one["sql"]]) == 2  # the session, its role
    assert len(warm) == 0


@pytest.mark.parametrize(
    "preferences", [{"language": "xx"}, {"timezone": "Atlantis/Harbour"}, {"timezone": 7}]
)
def test_what_is_no_language_or_zone_is_refused(
    tenant: Tenant, account: PortalAccount, preferences: dict[str, Any]
) -> None:
    actor = portal_in(tenant, account).actor()
    with pytest.raises(InvalidInput):
        profile_update(actor=actor, user=account.user, changes={"preferences": preferences})
    account.refresh_from_db()
    assert (account.language, account.time_zone) == ("", "")


def test_a_zone_that_the_person_chose_counts_for_this_log_in(
    tenant: Tenant, account: PortalAccount, web: Client
) -> None:
    actor = portal_in(tenant, account).actor()
    with tenant_context(tenant.pk):
        profile_update(
            actor=actor, user=account.user, changes={"preferences": {"timezone": "Asia/Tokyo"}}
        )
    assert web.get("/account").wsgi_request.visitor_time_zone == "Asia/Tokyo"


def test_mails_are_in_the_customers_language_else_in_that_of_its_first_log_in(
    tenant: Tenant, account: PortalAccount
) -> None:
    (source,) = customer_recipients.items()
    PortalAccount.objects.filter(pk=account.pk).update(language="en", time_zone="Asia/Tokyo")

    (first,) = source.find(account.customer_id, "billing")
    assert (first.language, first.time_zone) == ("de", "America/New_York")
    Customer.objects.update(language="", time_zone="")
    (second,) = source.find(account.customer_id, "billing")
    assert (second.language, second.time_zone) == ("en", "Asia/Tokyo")


def test_who_signs_up_on_a_german_page_is_a_german_customer(tenant: Tenant) -> None:
    customer(tenant)
    page = Client(headers={"User-Agent": "Firefox", "Accept-Language": "de"})
    values = {"email": "jo@mail.example", "password": "Grey-Kettle-91-Orchard"}
    values |= {"first_name": "Jo", "last_name": "Berg", "country": "DE"}
    answer = page.post("/sign-up", values)
    assert answer.status_code == 302, answer.content.decode()
    with tenant_context(tenant.pk):
        run_until_quiet()
        assert Customer.objects.get(email="jo@mail.example").language == "de"
