"""Route 53 Domains, trap by trap, at our fake of it."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from domains.providers.aws import AwsAccessRefused
from domains.providers.registrars.base import (
    AvailabilityStatus,
    RegistrationOrder,
    RegistrationState,
    RenewalOrder,
)
from domains.providers.registrars.route53 import Route53Registrar
from domains.providers.registrars.route53.lookup import CLOCK_SKEW
from domains.rules.terms import years_later
from ispplatform.core.clock import system_now
from ispplatform.core.errors import (
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.http import Deadline, Exchange
from ispplatform.core.models import ProviderConnection
from ispplatform.core.providers import provider_for
from tests.domains.registrars.conftest import KEYS
from tests.domains.registrars.fake_route53 import (
    AMAZONS_SERVERS,
    FakeRoute53,
    Fault,
    Refusal,
    fake_route53,
)
from tests.providers.contract_registrar import HOLDER

NAME = "shop.com"
START = "2026-03-02 09:00:00+00:00"
SERVERS = ("ns1.northwind.example", "ns2.northwind.example")


def order(**changes: Any) -> RegistrationOrder:
    """An order that may have been sent from now on."""
    first = RegistrationOrder(
        idempotency_key="order-1",
        name=NAME,
        years=2,
        registrant=HOLDER,
        name_servers=SERVERS,
        first_sent_at=system_now(),
    )
    return replace(first, **changes)


def renewal(amazon: FakeRoute53, **changes: Any) -> RenewalOrder:
    """An order to renew the name by a year from its present expiry."""
    first = RenewalOrder(
        idempotency_key="renewal-1",
        name=NAME,
        years=1,
        current_expires_at=amazon.names[NAME]["ExpirationDate"],
        first_sent_at=system_now(),
    )
    return replace(first, **changes)


# --------------------------------------------------------------------------------- availability


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("AVAILABLE", AvailabilityStatus.AVAILABLE),
        ("AVAILABLE_RESERVED", AvailabilityStatus.RESERVED),
        ("AVAILABLE_PREORDER", AvailabilityStatus.RESERVED),
        ("RESERVED", AvailabilityStatus.RESERVED),
        ("UNAVAILABLE_RESTRICTED", AvailabilityStatus.RESERVED),
        ("UNAVAILABLE", AvailabilityStatus.TAKEN),
        ("UNAVAILABLE_PREMIUM", AvailabilityStatus.PREMIUM),
        ("INVALID_NAME_FOR_TLD", AvailabilityStatus.INVALID),
        ("DONT_KNOW", AvailabilityStatus.UNKNOWN),
        ("PENDING", AvailabilityStatus.UNKNOWN),
    ],
)
def test_only_available_may_be_bought(
    amazon: FakeRoute53, registrar: Route53Registrar, told: str, status: AvailabilityStatus
):
    amazon.availability[NAME] = [told]
    assert registrar.check([NAME])[0].status is status


def test_a_hesitating_registry_is_asked_again_at_once(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    amazon.availability[NAME] = ["PENDING", "PENDING", "AVAILABLE"]
    assert registrar.check([NAME])[0].status is AvailabilityStatus.AVAILABLE

    amazon.availability[NAME] = ["PENDING"]
    registrar.check([NAME])
    assert len(amazon.asked("CheckDomainAvailability")) == 6


def test_a_premium_name_is_not_sold_at_the_ordinary_price(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    price = {"Price": 2500.5, "Currency": "USD", "PriceType": "REGISTRY_PREMIUM"}
    amazon.availability[NAME] = [{"Availability": "AVAILABLE", "Price": price}]

    answer = registrar.check([NAME])[0]

    assert answer.status is AvailabilityStatus.PREMIUM
    assert (answer.price, answer.currency) == (Decimal("2500.5"), "USD")
    ordinary = {"Price": 14.0, "Currency": "USD", "PriceType": "STANDARD"}
    amazon.availability[NAME] = [{"Availability": "AVAILABLE", "Price": ordinary}]
    assert registrar.check([NAME])[0].status is AvailabilityStatus.AVAILABLE


def test_one_registry_in_maintenance_leaves_the_others_their_answers(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    amazon.availability["a.de"] = [Refusal("TLDInMaintenance", "Back soon.")]

    answers = registrar.check(["a.de", "b.com"])

    assert [one.status for one in answers] == [
        AvailabilityStatus.UNKNOWN,
        AvailabilityStatus.AVAILABLE,
    ]


# ------------------------------------------------------------------------------------ registering


def test_an_order_is_complete_and_amazons_renewal_is_off(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    company = replace(
        HOLDER,
        is_company=True,
        company_name="Ada GmbH",
        street2="Hof 2",
        state="Berlin",
        extra={"VAT_NUMBER": "DE123", "other_registrar": "x"},
    )
    registrar.register(order(registrant=company, name="xn--mller-kva.com"))

    sent = amazon.asked("RegisterDomain")[0]
    contact = {
        "FirstName": "Ada",
        "LastName": "Example",
        "ContactType": "COMPANY",
        "OrganizationName": "Ada GmbH",
        "AddressLine1": "Lindenstraße 12",
        "AddressLine2": "Hof 2",
        "City": "Berlin",
        "State": "Berlin",
        "CountryCode": "DE",
        "ZipCode": "10969",
        "PhoneNumber": "+49.301234567",
        "Email": "ada@customer.example",
        "ExtraParams": [{"Name": "VAT_NUMBER", "Value": "DE123"}],
    }
    assert sent == {
        "DomainName": "xn--mller-kva.com",
        "DurationInYears": 2,
        "AutoRenew": False,
        **{f"{role}Contact": contact for role in ("Admin", "Registrant", "Tech")},
        **{f"PrivacyProtect{role}Contact": True for role in ("Admin", "Registrant", "Tech")},
    }


@pytest.mark.parametrize(
    ("name", "extra", "missing"),
    [
        ("shop.es", {"ES_LEGAL_FORM": "INDIVIDUAL"}, "ES_IDENTIFICATION, ES_IDENTIFICATION_TYPE"),
        ("shop.co.uk", {}, "UK_CONTACT_TYPE"),
        ("shop.com.au", {}, "AU_REGISTRANT_NAME"),
        ("shop.com", {"CONTACT_TYPE": "ROBOT"}, "ROBOT"),
    ],
)
def test_what_a_registry_wants_beyond_is_missed_before_anything_is_sent(
    amazon: FakeRoute53,
    registrar: Route53Registrar,
    name: str,
    extra: dict[str, str],
    missing: str,
):
    with pytest.raises(ProviderRejected, match=missing):
        registrar.register(order(name=name, registrant=replace(HOLDER, extra=extra)))
    assert amazon.requests == []


def test_an_association_is_said_by_the_holders_extra(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    extra = {"CONTACT_TYPE": "ASSOCIATION"}
    holder = replace(HOLDER, company_name="Ada e.V.", extra=extra)
    registrar.register(order(registrant=holder))
    sent = amazon.asked("RegisterDomain")[0]["RegistrantContact"]
    assert (sent["ContactType"], sent["OrganizationName"]) == ("ASSOCIATION", "Ada e.V.")


def test_a_registration_is_pending_until_amazon_is_done(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    amazon.holds = True
    receipt = registrar.register(order())
    assert (receipt.state, receipt.expires_at) == (RegistrationState.PENDING, None)
    amazon.operations[receipt.reference] |= {"Status": "ERROR", "Message": "Trouble."}
    progress = registrar.progress(receipt.reference)
    assert progress.state is RegistrationState.PENDING  # ERROR is not final, FAILED is
    assert "Trouble." in progress.sentence

    amazon.finish(receipt.reference)

    assert registrar.progress(receipt.reference).state is RegistrationState.DONE
    held = registrar.info(NAME)
    assert held.name_servers == AMAZONS_SERVERS  # an order takes none: ours are set afterwards


def test_a_registration_that_fails_later_is_a_refusal(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    amazon.holds = True
    sent = order()
    receipt = registrar.register(sent)
    amazon.fail(receipt.reference, "The registry says no.")

    progress = registrar.progress(receipt.reference)
    assert progress.state is RegistrationState.REFUSED
    assert "The registry says no." in progress.sentence
    assert registrar.find_registration(sent).state is RegistrationState.REFUSED


@pytest.mark.parametrize(
    ("flag", "waits_for_holder"),
    [
        ("PENDING_CUSTOMER_ACTION", True),
        ("PENDING_AUTHORIZATION", True),
        ("PENDING_ACCEPTANCE", False),
        ("PENDING_PAYMENT_VERIFICATION", False),
        ("PENDING_SUPPORT_CASE", False),
    ],
)
def test_what_an_operation_waits_for_is_told(
    amazon: FakeRoute53, registrar: Route53Registrar, flag: str, waits_for_holder: bool
):
    amazon.holds = True
    receipt = registrar.register(order())
    amazon.operations[receipt.reference]["StatusFlag"] = flag

    progress = registrar.progress(receipt.reference)

    assert progress.waits_for_holder is waits_for_holder
    assert progress.sentence != "Amazon has it and has not finished yet."


@pytest.mark.parametrize(
    "fault",
    [
        Fault("RegisterDomain", lose=True),
        Fault("RegisterDomain", raw=(500, "text/html", b"<html>Oops</html>")),
        Fault("RegisterDomain", raw=(200, "application/x-amz-json-1.1", b'{"Operation')),
        Fault("RegisterDomain", raw=(200, "text/html", b"<html>Hello</html>")),
    ],
    ids=["lost", "500", "cut off", "not theirs"],
)
def test_an_order_without_an_answer_is_found_and_was_sent_once(
    amazon: FakeRoute53, registrar: Route53Registrar, fault: Fault
):
    amazon.faults.append(fault)
    sent = order()

    with pytest.raises(ProviderOutcomeUnknown):
        registrar.register(sent)

    assert len(amazon.asked("RegisterDomain")) == 1  # the library repeats nothing
    found = registrar.find_registration(sent)
    assert found.expires_at == amazon.names[NAME]["ExpirationDate"]


def test_an_order_that_never_arrived_is_not_found(amazon: FakeRoute53, registrar: Route53Registrar):
    assert registrar.find_registration(order()) is None
    assert registrar.find_registration(order(first_sent_at=None)) is None


def test_a_name_that_is_held_but_in_no_list_is_found_by_its_day(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    sent = order()
    receipt = registrar.register(sent)
    amazon.hidden.add(receipt.reference)

    assert registrar.find_registration(sent).state is RegistrationState.DONE
    amazon.names[NAME]["CreationDate"] -= timedelta(days=1)
    assert registrar.find_registration(sent) is None


def test_earlier_orders_of_the_same_name_are_not_this_one(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    amazon.holds = True
    failed = registrar.register(order()).reference
    amazon.fail(failed, "No.")

    again = order(earlier_references=(failed,))

    assert registrar.find_registration(again) is None
    second = registrar.register(again)
    assert second.reference != failed
    assert registrar.find_registration(again).reference == second.reference
    late = replace(again, first_sent_at=system_now() + CLOCK_SKEW * 2)
    assert registrar.find_registration(late) is None


def test_an_order_is_found_on_any_page(amazon: FakeRoute53, registrar: Route53Registrar):
    sent = order()
    registrar.register(sent)
    for number in range(3):
        registrar.register(order(name=f"other-{number}.com"))
    amazon.page_size = 1

    found = registrar.find_registration(sent)

    assert found.reference == "operation-1"
    assert len(amazon.asked("ListOperations")) == 4 + 4  # one before each order, four pages now


def test_a_duplicate_that_is_ours_is_adopted(amazon: FakeRoute53, registrar: Route53Registrar):
    amazon.holds = True
    sent = order()
    first = registrar.register(sent)
    amazon.hidden.add(first.reference)  # not in the list yet

    again = registrar.register(sent)

    assert (again.reference, again.state) == (first.reference, RegistrationState.PENDING)
    assert len(amazon.operations) == 1


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_duplicate_that_is_not_ours_is_waited_for(
    amazon: FakeRoute53, registrar: Route53Registrar, is_listed: bool, is_known: bool
):
    """Another order of ours, or somebody else's: never taken for this one."""
    amazon.holds = True
    theirs = registrar.register(order()).reference
    if not is_listed:
        amazon.hidden.add(theirs)
    ours = (
        order(earlier_references=(theirs,))
        if is_known
        else order(first_sent_at=system_now() + CLOCK_SKEW * 2)
    )

    with pytest.raises(ProviderUnavailable) as busy:
        registrar.register(ours)

    assert busy.value.params["retry_after_seconds"] == 60
    assert len(amazon.operations) == 1


def test_the_price_limit_is_sent_along(amazon_connection: ProviderConnection, amazon: FakeRoute53):
    amazon_connection.config |= {"price_limit": 14, "privacy": False}
    registrar = provider_for(amazon_connection)
    registrar.register(order())
    sent = amazon.asked("RegisterDomain")[0]
    assert sent["Consent"] == {"MaxPrice": 28.0, "Currency": "USD"}
    assert sent["PrivacyProtectRegistrantContact"] is False

    amazon_connection.config |= {"price_limit": 13}
    with pytest.raises(ProviderRejected, match="MaxPrice"):
        provider_for(amazon_connection).renew(renewal(amazon))
    assert amazon.asked("RenewDomain")[0]["Consent"]["MaxPrice"] == 13.0


# --------------------------------------------------------------------------------------- renewing


def test_a_renewal_names_the_present_expiry_year(amazon: FakeRoute53, registrar: Route53Registrar):
    registrar.register(order())
    before = amazon.names[NAME]["ExpirationDate"]
    amazon.names[NAME]["ExpirationDate"] += timedelta(hours=9)  # registries do that

    receipt = registrar.renew(renewal(amazon, current_expires_at=before))

    assert amazon.asked("RenewDomain")[0]["CurrentExpiryYear"] == before.year
    assert receipt.expires_at == years_later(before + timedelta(hours=9), 1)


def test_a_renewal_without_an_answer_is_found(amazon: FakeRoute53, registrar: Route53Registrar):
    registrar.register(order())
    amazon.holds = True
    sent = renewal(amazon)
    amazon.faults.append(Fault("RenewDomain", lose=True))
    with pytest.raises(ProviderOutcomeUnknown):
        registrar.renew(sent)

    assert registrar.find_renewal(sent).state is RegistrationState.PENDING
    amazon.finish_all()
    found = registrar.find_renewal(sent)
    assert found.expires_at == years_later(sent.current_expires_at, 1)
    assert len(amazon.asked("RenewDomain")) == 1


def test_a_renewal_that_is_done_and_not_shown_is_still_pending(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    registrar.register(order())
    sent = renewal(amazon)
    registrar.renew(sent)
    amazon.names[NAME]["ExpirationDate"] = sent.current_expires_at

    assert registrar.find_renewal(sent).state is RegistrationState.PENDING


def test_two_payments_are_two_renewals_or_a_refusal(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    registrar.register(order())
    amazon.holds = True
    first = renewal(amazon)
    reference = registrar.renew(first).reference
    second = replace(first, idempotency_key="renewal-2", earlier_references=(reference,))

    with pytest.raises(ProviderUnavailable):
        registrar.renew(second)  # the first runs: it is not taken for the second
    assert registrar.find_renewal(second) is None
    amazon.finish_all()
    with pytest.raises(ProviderRejected, match="expires on"):
        registrar.renew(second)
    assert registrar.find_renewal(second) is None
    assert len(amazon.asked("RenewDomain")) == 1


# --------------------------------------------------------------------------------------- settings


def test_what_is_so_already_is_not_sent(amazon: FakeRoute53, registrar: Route53Registrar):
    registrar.register(order())
    amazon.requests.clear()

    registrar.set_name_servers(NAME, list(reversed(AMAZONS_SERVERS)))
    registrar.set_lock(NAME, locked=True)
    registrar.set_auto_renew(NAME, enabled=False)
    registrar.set_registrant(NAME, HOLDER)

    assert {operation for operation, _ in amazon.requests} == {"GetDomainDetail"}


def test_changes_are_pending_until_amazon_is_done(amazon: FakeRoute53, registrar: Route53Registrar):
    registrar.register(order())
    amazon.holds = True
    other = replace(HOLDER, email="new@customer.example")
    changes = [
        registrar.set_name_servers(NAME, SERVERS),
        registrar.set_lock(NAME, locked=False),
        registrar.set_registrant(NAME, other),
    ]
    assert {one.state for one in changes} == {RegistrationState.PENDING}

    amazon.finish_all()

    done = {registrar.progress(one.reference).state for one in changes}
    assert done == {RegistrationState.DONE}
    held = registrar.info(NAME)
    assert (held.name_servers, held.is_locked) == (SERVERS, False)
    assert held.registrant_email == "new@customer.example"


def test_a_change_while_another_runs_is_tried_later(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    registrar.register(order())
    amazon.holds = True
    registrar.set_name_servers(NAME, SERVERS)
    with pytest.raises(ProviderUnavailable):
        registrar.set_name_servers(NAME, ("a.example.com", "b.example.com"))


def test_amazons_own_renewal_is_switched_and_seen(amazon: FakeRoute53, registrar: Route53Registrar):
    registrar.register(order())
    amazon.names[NAME]["AutoRenew"] = True
    registrar.set_auto_renew(NAME, enabled=False)
    assert registrar.info(NAME).auto_renew is False
    registrar.set_auto_renew(NAME, enabled=True)
    assert registrar.info(NAME).auto_renew is True


# ---------------------------------------------------------------------------------------- reading


def test_a_name_that_left_is_told_from_one_that_is_free(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    assert registrar.info(NAME) is None
    amazon.availability[NAME] = ["UNAVAILABLE"]
    elsewhere = registrar.info(NAME)
    assert (elsewhere.is_ours, elsewhere.expires_at) == (False, None)
    amazon.availability[NAME] = ["DONT_KNOW"]
    with pytest.raises(ProviderUnavailable):
        registrar.info(NAME)  # nobody says that the name is gone


def test_another_refusal_is_not_taken_for_a_missing_name(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    amazon.faults.append(Fault("GetDomainDetail", before=Refusal("InvalidInput", "Bad name.")))
    with pytest.raises(ProviderRejected, match="Bad name"):
        registrar.info(NAME)


def test_status_words_lose_their_decoration(amazon: FakeRoute53, registrar: Route53Registrar):
    registrar.register(order())
    amazon.names[NAME] |= {
        "StatusList": ["clientTransferProhibited https://icann.org/epp#x", " ", "ok"],
        "Nameservers": [{"Name": "NS1.Example.COM."}],
    }
    held = registrar.info(NAME)
    assert held.statuses == ("clientTransferProhibited", "ok")
    assert held.name_servers == ("ns1.example.com",)
    assert held.is_locked


# ----------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("code", "status", "error", "retry_after_seconds"),
    [
        ("InvalidInput", 400, ProviderRejected, None),
        ("UnsupportedTLD", 400, ProviderRejected, None),
        ("TLDRulesViolation", 400, ProviderRejected, None),
        ("DomainLimitExceeded", 400, ProviderRejected, None),
        ("SomethingNew", 400, ProviderRejected, None),
        ("OperationLimitExceeded", 400, ProviderUnavailable, 900),
        ("TLDInMaintenance", 400, ProviderUnavailable, 1800),
        ("ThrottlingException", 400, ProviderUnavailable, None),
        ("Throttling", 429, ProviderUnavailable, None),
        ("Whatever", 429, ProviderUnavailable, None),
        ("AccessDeniedException", 400, AwsAccessRefused, None),
        ("ExpiredTokenException", 400, AwsAccessRefused, None),
        ("RequestTimeTooSkewed", 403, AwsAccessRefused, None),
        ("InternalFailure", 500, ProviderOutcomeUnknown, None),
        ("ServiceUnavailable", 503, ProviderOutcomeUnknown, None),
    ],
)
def test_each_code_is_one_of_the_three_outcomes(
    amazon: FakeRoute53,
    registrar: Route53Registrar,
    code: str,
    status: int,
    error: type[Exception],
    retry_after_seconds: int | None,
):
    refusal = Refusal(code, "Because.", status=status)
    amazon.faults.append(Fault("RegisterDomain", before=refusal))

    with pytest.raises(error, match=code) as raised:
        registrar.register(order())

    assert raised.value.params.get("retry_after_seconds") == retry_after_seconds
    is_unknown = isinstance(raised.value, ProviderOutcomeUnknown)
    assert is_unknown is (error is ProviderOutcomeUnknown)


def test_a_failure_to_read_is_no_unknown_outcome(amazon: FakeRoute53, registrar: Route53Registrar):
    for fault in (
        Fault("ListOperations", before=Refusal("InternalFailure", status=500)),
        Fault("ListOperations", lose=True),
    ):
        amazon.faults.append(fault)
        with pytest.raises(ProviderUnavailable):
            registrar.register(order())
    assert amazon.asked("RegisterDomain") == []


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-amz-json-1.1", b'{"Operat'),
        ("application/x-amz-json-1.1", b""),
        ("application/x-amz-json-1.1", b"[]"),
        ("text/html", b"<html>Log in</html>"),
    ],
)
def test_an_unreadable_answer_is_no_answer_and_never_an_empty_one(
    amazon: FakeRoute53,
    registrar: Route53Registrar,
    kept: list[Exchange],
    content_type: str,
    body: bytes,
):
    sent = order()
    registrar.register(sent)
    for operation, ask in (
        ("ListOperations", lambda: registrar.find_registration(sent)),
        ("GetDomainDetail", lambda: registrar.info(NAME)),
        ("GetOperationDetail", lambda: registrar.progress("operation-1")),
        ("CheckDomainAvailability", lambda: registrar.check([NAME])),
    ):
        amazon.faults.append(Fault(operation, raw=(200, content_type, body)))
        with pytest.raises(ProviderUnavailable):
            ask()
        assert kept[-1].error
    amazon.faults.append(Fault("DisableDomainTransferLock", raw=(200, content_type, body)))
    with pytest.raises(ProviderOutcomeUnknown):
        registrar.set_lock(NAME, locked=False)


def test_an_answer_without_what_was_asked_is_no_answer(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    nothing = (200, "application/x-amz-json-1.1", b"{}")
    amazon.faults.append(Fault("CheckDomainAvailability", raw=nothing))
    with pytest.raises(ProviderUnavailable, match="Availability"):
        registrar.check([NAME])
    amazon.faults.append(Fault("RegisterDomain", raw=nothing))
    with pytest.raises(ProviderOutcomeUnknown, match="OperationId"):
        registrar.register(order())


def test_a_failure_to_ask_after_the_act_does_not_undo_it(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    amazon.faults.append(Fault("GetOperationDetail", lose=True))
    receipt = registrar.register(order())
    assert (receipt.reference, receipt.state) == ("operation-1", RegistrationState.PENDING)


def test_a_server_that_is_not_there_has_done_nothing(amazon_connection: ProviderConnection):
    with fake_route53() as gone:
        amazon_connection.config = {"endpoint": gone.url}
    with pytest.raises(ProviderUnavailable):
        provider_for(amazon_connection).set_lock(NAME, locked=True)


def test_after_the_deadline_nothing_is_sent(
    amazon_connection: ProviderConnection, amazon: FakeRoute53
):
    registrar = provider_for(amazon_connection, deadline=Deadline.after(0))
    with pytest.raises(ProviderUnavailable):
        registrar.register(order())
    assert amazon.requests == []


@pytest.mark.slow
def test_an_answer_beyond_the_deadline_is_not_waited_for(
    amazon_connection: ProviderConnection, amazon: FakeRoute53, registrar: Route53Registrar
):
    registrar.register(order())
    released = threading.Event()
    amazon.faults.append(Fault("DisableDomainTransferLock", stall=released))
    hurried = provider_for(amazon_connection, deadline=Deadline.after(3))
    try:
        with pytest.raises(ProviderOutcomeUnknown):
            hurried.set_lock(NAME, locked=False)
    finally:
        released.set()

    assert registrar.info(NAME).is_locked is False
    registrar.set_lock(NAME, locked=False)
    assert len(amazon.asked("DisableDomainTransferLock")) == 1


def test_a_request_that_the_model_does_not_know_is_refused_here(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    with pytest.raises(ProviderRejected, match="DurationInYears"):
        registrar.register(order(years=0))
    assert amazon.asked("RegisterDomain") == []


# ----------------------------------------------------------------------------- access and records


def test_the_probe_tells_whose_keys_they_are(registrar: Route53Registrar):
    report = registrar.probe()
    assert report.account == "Amazon account 123456789012"
    assert report.note == "as user/isp"
    assert report.is_live is None  # a stand-in


def test_a_clock_that_differs_is_told(amazon: FakeRoute53, registrar: Route53Registrar):
    with time_machine.travel(START, tick=False):
        amazon.clock_ahead_seconds = 2
        assert registrar.probe().clock_difference_seconds == 0  # less than can be told
        amazon.clock_ahead_seconds = -240
        assert registrar.probe().clock_difference_seconds == -240


def test_revoked_keys_are_refused_by_the_probe(amazon_connection: ProviderConnection):
    amazon_connection.credentials = {**KEYS, "access_key_id": "AKIAREVOKED"}
    with pytest.raises(ProviderRejected, match="InvalidClientTokenId"):
        provider_for(amazon_connection).probe()


def test_keys_that_may_not_see_domains_are_refused_by_the_probe(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    amazon.faults.append(Fault("ListDomains", before=Refusal("AccessDeniedException", "No.")))
    with pytest.raises(ProviderRejected, match="AccessDenied"):
        registrar.probe()


def test_a_role_lends_its_keys_for_the_call(
    amazon_connection: ProviderConnection, amazon: FakeRoute53
):
    role = "arn:aws:iam::123456789012:role/domains"
    amazon_connection.config |= {"role_arn": role, "external_id": "northwind"}

    provider_for(amazon_connection).check([NAME])

    asked = amazon.asked("AssumeRole")[0]
    assert (asked["RoleArn"], asked["ExternalId"]) == (role, "northwind")
    assert amazon.keys == {"AKIANORTHWIND", "ASIALENT"}


def test_keys_and_settings_of_the_machine_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
    amazon_connection: ProviderConnection,
    amazon: FakeRoute53,
):
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIASOMEBODY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "somebodys")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "somebodys")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    provider_for(amazon_connection).check([NAME])

    assert amazon.keys == {"AKIANORTHWIND"}


def test_exchanges_are_kept_by_their_meaning_and_without_secrets(
    amazon: FakeRoute53,
    amazon_connection: ProviderConnection,
    registrar: Route53Registrar,
    kept: list[Exchange],
):
    registrar.context.config["role_arn"] = "arn:aws:iam::123456789012:role/domains"
    registrar.register(order())
    registrar.set_lock(NAME, locked=False)
    code = registrar.auth_code(NAME)
    with pytest.raises(ProviderRejected):
        registrar.progress("nobody")

    whole = json.dumps([[one.url, one.request_body, one.response_body] for one in kept])
    secrets = (code, "lent-secret-key", "lent-session-token", KEYS["secret_access_key"])
    assert [secret for secret in secrets if secret in whole] == []
    assert [one.method for one in kept][:3] == [
        "sts AssumeRole",
        "route53domains GetDomainDetail",
        "route53domains ListOperations",
    ]
    ordered = next(one for one in kept if one.method == "route53domains RegisterDomain")
    assert (ordered.status, json.loads(ordered.response_body)) == (
        200,
        {"OperationId": "operation-1"},
    )
    assert json.loads(ordered.request_body)["DomainName"] == NAME
    assert (kept[-1].status, "InvalidInput" in kept[-1].error) == (400, True)
