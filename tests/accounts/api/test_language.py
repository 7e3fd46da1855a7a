"""The language of the REST interface: customers' their own, everybody else's English."""

import pytest

from accounts.models import PortalAccount
from accounts.services.token_pairs import token_pair
from tests.accounts.people import portal_in, tenant_roles_seed
from tests.callers import Caller, anonymous_caller, key_caller
from tests.factories.accounts import PortalAccountFactory
from tests.factories.customers import CustomerFactory

NOBODYS = "0190f5a2-7b3c-7def-8123-4567890abcde"
MISSING = {"en": "There is no such order.", "de": "Diese Bestellung gibt es nicht."}


@pytest.fixture
def account(tenant):
    tenant_roles_seed(tenant)
    return PortalAccountFactory(customer_id=CustomerFactory().pk)


@pytest.fixture
def customer(tenant, account) -> Caller:
    return Caller("/api/portal/v1", token_pair(entry=portal_in(tenant, account)).access_token)


def error(answer) -> dict:
    return answer.body["error"]


def test_customers_are_refused_in_the_language_that_they_ask_for(customer):
    answer = customer("GET", f"orders/{NOBODYS}", Accept_Language="de-AT,de;q=0.9,en;q=0.5")
    assert answer.status == 404
    assert error(answer)["message"] == MISSING["de"]
    details = error(answer)["details"]
    assert details["issue"] == MISSING["de"]
    assert details["meaning"] == "Es wurde nichts geändert und nichts abgebucht."
    assert details["next_step"].startswith("Sehen Sie in der Liste nach")
    end = answer.body["request_id"].replace("-", "")[-8:].upper()
    assert details["reference"] == f"{end[:4]}-{end[4:]}"
    assert answer.headers["Content-Language"] == "de"
    assert "Accept-Language" in answer.headers["Vary"]


def test_without_such_a_wish_the_person_and_then_the_company_decides(tenant, account, customer):
    assert error(customer("GET", f"orders/{NOBODYS}"))["message"] == MISSING["en"]
    tenant.language = "de"
    tenant.save(update_fields=["language"])
    PortalAccount.objects.filter(pk=account.pk).update(language="")
    assert error(customer("GET", f"orders/{NOBODYS}"))["message"] == MISSING["de"]
    PortalAccount.objects.filter(pk=account.pk).update(language="en")
    assert error(customer("GET", f"orders/{NOBODYS}"))["message"] == MISSING["en"]
    asked = customer("GET", f"orders/{NOBODYS}", Accept_Language="fr,de;q=0.5")
    assert error(asked)["message"] == MISSING["de"]


def test_what_cannot_be_read_and_who_may_not_come_in_are_told_in_german_too(customer):
    bad = customer("POST", "orders", {"nonsense": 1}, Accept_Language="de")
    assert bad.status == 422
    assert error(bad)["details"]["next_step"].startswith("Berichtigen Sie")
    stranger = anonymous_caller("/api/portal/v1")("GET", "orders", Accept_Language="de")
    assert stranger.status == 401
    assert error(stranger)["details"]["next_step"].startswith("Melden Sie sich an")
    nowhere = customer("GET", "nowhere", Accept_Language="de")
    assert (nowhere.status, error(nowhere)["message"]) == (404, "Unter dieser Adresse ist nichts.")


def test_good_answers_to_customers_are_in_their_language(customer):
    answer = customer("GET", "orders", Accept_Language="de")
    assert answer.body["message"] == "Erfolgreich ausgeführt"
    assert customer("GET", "orders").body["message"] == "Operation completed successfully"


def test_the_interface_of_staff_speaks_english_whatever_is_asked(tenant):
    staff = key_caller(tenant, "orders:read")
    answer = staff("GET", f"orders/{NOBODYS}", Accept_Language="de")
    assert error(answer)["message"] == MISSING["en"]
    details = error(answer)["details"]
    assert details["meaning"] == "Nothing was changed and nothing was charged."
    assert staff("GET", "nowhere", Accept_Language="de").body["error"]["message"] == (
        "There is nothing at this address."
    )
    assert staff("GET", "orders", Accept_Language="de").body["message"] == (
        "Operation completed successfully"
    )
