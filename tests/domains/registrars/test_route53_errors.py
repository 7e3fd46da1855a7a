"""Route 53 Domains: errors, access and records, at our fake of it."""

import json
import threading

import pytest
import time_machine

from domains.providers.aws import AwsAccessRefused
from domains.providers.registrars.base import RegistrationState
from domains.providers.registrars.route53 import Route53Registrar
from ispplatform.core.errors import ProviderOutcomeUnknown, ProviderRejected, ProviderUnavailable
from ispplatform.core.http import Deadline, Exchange
from ispplatform.core.models import ProviderConnection
from ispplatform.core.providers import provider_for
from tests.domains.registrars.conftest import KEYS
from tests.domains.registrars.fake_route53 import (
    FakeRoute53,
    Fault,
    Refusal,
    fake_route53,
)
from tests.domains.registrars.orders import NAME, START, order

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
