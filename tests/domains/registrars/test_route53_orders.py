"""Route 53 Domains: names asked for, ordered and renewed, trap by trap, at our fake of it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from domains.providers.registrars.base import AvailabilityStatus, RegistrationState
from domains.providers.registrars.route53 import Route53Registrar
from domains.providers.registrars.route53.lookup import CLOCK_SKEW
from domains.rules.terms import years_later
from ispplatform.core.clock import system_now
from ispplatform.core.errors import ProviderOutcomeUnknown, ProviderRejected, ProviderUnavailable
from ispplatform.core.models import ProviderConnection
from ispplatform.core.providers import provider_for
from tests.domains.registrars.fake_route53 import (
    AMAZONS_SERVERS,
    FakeRoute53,
    Fault,
    Refusal,
)
from tests.domains.registrars.orders import NAME, order, renewal
from tests.providers.contract_registrar import HOLDER

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
    before = amazon.names[NAME]["ExpirationDate"].replace(month=12, day=31, hour=20)
    present = before + timedelta(hours=9)
    amazon.names[NAME]["ExpirationDate"] = present  # registries move it a little

    receipt = registrar.renew(renewal(amazon, current_expires_at=before))

    assert amazon.asked("RenewDomain")[0]["CurrentExpiryYear"] == before.year + 1
    assert receipt.expires_at == years_later(present, 1)


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
