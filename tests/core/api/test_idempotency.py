"""A POST repeated with its key acts once."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from ispplatform.core.clock import system_now
from ispplatform.core.idempotency.errors import IdempotencyLeaseLost
from ispplatform.core.idempotency.records import Answer, KeyedRequest, record_claim, record_complete
from ispplatform.core.idempotency.tasks import forget_idempotency_keys
from ispplatform.core.models import IdempotencyRecord, PurgePermit
from ispplatform.core.tenancy.context import tenant_context
from tests.core.api.conftest import Caller

GOOD = {"reason": "reset", "actor_label": "ada", "expires_at": "2027-01-01T00:00:00Z"}
KEY = "6b1c-order-1"


def post(caller, path="permits", body=None, key=KEY):
    return caller("POST", path, GOOD if body is None else body, Idempotency_Key=key)


def code(response) -> str:
    return response.json()["error"]["code"]


def test_the_second_request_gets_the_first_answer(writer):
    first, second = post(writer), post(writer)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json()["data"] == first.json()["data"]
    assert second.json()["message"] == "Permit created."
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert PurgePermit.objects.count() == 1


def test_without_a_key_every_request_acts(writer):
    assert writer("POST", "permits", GOOD).status_code == 201
    assert writer("POST", "permits", GOOD).status_code == 201
    assert PurgePermit.objects.count() == 2
    assert IdempotencyRecord.objects.count() == 0


def test_numbers_are_replayed_digit_by_digit(writer):
    raw = b'{"amount": 10.10, "big": 12345678901234567.5}'
    answers = [
        writer("POST", "echo", raw=raw, Idempotency_Key=KEY).content.split(b',"message"')[0]
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert b'"data":{"amount":10.10,"big":12345678901234567.5}' in answers[1]


def test_the_order_of_names_makes_no_other_request(writer):
    post(writer)
    turned = dict(reversed(GOOD.items()))
    assert post(writer, body=turned).headers["Idempotent-Replayed"] == "true"


def test_another_body_under_the_same_key_is_refused(writer):
    post(writer)
    refused = post(writer, body={**GOOD, "reason": "other"})
    assert (refused.status_code, code(refused)) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert PurgePermit.objects.count() == 1


def test_keys_belong_to_a_principal_a_route_and_a_tenant(writer, other_tenant):
    post(writer)
    assert "Idempotent-Replayed" not in post(Caller("key")).headers
    assert "Idempotent-Replayed" not in post(writer, path="echo").headers
    with tenant_context(other_tenant.pk):
        assert IdempotencyRecord.objects.count() == 0
    assert PurgePermit.objects.count() == 2


def test_strangers_do_not_share_keys_across_addresses(tenant):
    anyone = Caller(None)
    for address, replayed in (("198.51.100.1", False), ("198.51.100.2", False)):
        response = anyone.client.post(
            "/api/test/echo",
            b'{"a": 1}',
            content_type="application/json",
            headers={"Idempotency-Key": KEY},
            REMOTE_ADDR=address,
        )
        assert ("Idempotent-Replayed" in response.headers) is replayed


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256, "a\tb"])
def test_keys_of_another_form_are_refused(writer, key):
    refused = post(writer, key=key)
    assert (refused.status_code, code(refused)) == (422, "VALIDATION_ERROR")
    assert refused.json()["error"]["details"]["field"] == "Idempotency-Key"
    assert PurgePermit.objects.count() == 0


def test_a_request_that_still_runs_is_409(writer, tenant):
    post(writer)
    IdempotencyRecord.objects.update(state="running")
    refused = post(writer)
    assert (refused.status_code, code(refused)) == (409, "IDEMPOTENT_REQUEST_RUNNING")
    assert refused.headers["Retry-After"] == "2"
    assert PurgePermit.objects.count() == 1


def test_an_abandoned_request_is_carried_out_by_the_next(writer, tenant):
    post(writer)
    PurgePermit.objects.all().delete()
    IdempotencyRecord.objects.update(
        state="running", leased_until=system_now() - timedelta(seconds=1)
    )
    again = post(writer)
    assert again.status_code == 201
    assert "Idempotent-Replayed" not in again.headers
    assert PurgePermit.objects.count() == 1


def test_whoever_lost_the_claim_cannot_complete_it(tenant):
    keyed = KeyedRequest(principal="p", route="r", key="k", fingerprint="f")
    slow = record_claim(keyed)
    IdempotencyRecord.objects.update(leased_until=system_now() - timedelta(seconds=1))
    quick = record_claim(keyed)
    with pytest.raises(IdempotencyLeaseLost):
        record_complete(slow, Answer(status=201, body="{}"))
    record_complete(quick, Answer(status=200, body="{}"))
    assert IdempotencyRecord.objects.get().status == 200


def test_invalid_input_gives_the_key_back(writer):
    assert post(writer, body={**GOOD, "reason": ""}).status_code == 422
    assert IdempotencyRecord.objects.count() == 0
    assert post(writer).status_code == 201


def test_a_missing_permission_keeps_no_key(reader):
    assert post(reader).status_code == 403
    assert IdempotencyRecord.objects.count() == 0


def test_a_refusal_by_a_rule_is_an_answer(writer):
    first, second = post(writer, "permits/refuse"), post(writer, "permits/refuse")
    assert (first.status_code, code(first)) == (409, "RULE_VIOLATION")
    assert second.json()["error"] == first.json()["error"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert PurgePermit.objects.count() == 0


def test_a_crash_keeps_nothing(writer):
    assert post(writer, "permits/crash").status_code == 500
    assert PurgePermit.objects.count() == 0
    assert IdempotencyRecord.objects.count() == 0


def test_a_secret_is_shown_once_and_never_stored(writer):
    first, second = post(writer, "permits/secret"), post(writer, "permits/secret")
    assert first.json()["data"]["secret"] == "only once"
    assert (second.status_code, code(second)) == (409, "IDEMPOTENT_ANSWER_WITHHELD")
    assert second.json()["error"]["details"]["existing_id"] == first.json()["data"]["id"]
    assert IdempotencyRecord.objects.get().answer == ""
    assert PurgePermit.objects.count() == 1


def test_keys_are_forgotten_after_a_day(writer, other_tenant):
    with time_machine.travel("2026-03-01 12:00:00+00:00", tick=False) as clock:
        post(writer)
        clock.move_to("2026-03-02 11:59:59+00:00")
        assert forget_idempotency_keys() == 0
        assert post(writer).headers["Idempotent-Replayed"] == "true"
        clock.move_to("2026-03-02 12:00:00+00:00")
        assert "Idempotent-Replayed" not in post(writer).headers
        clock.move_to("2026-03-03 12:00:00+00:00")
        assert forget_idempotency_keys() == 1
    assert IdempotencyRecord.objects.count() == 0
    assert PurgePermit.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_one_acts(tenant):
    gate = threading.Barrier(2)
    statuses: list[int] = []

    def request() -> None:
        gate.wait()
        try:
            statuses.append(post(Caller("writer")).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=request) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(201) >= 1
    assert set(statuses) <= {201, 409}
    assert PurgePermit.objects.count() == 1
    assert post(Caller("writer")).headers["Idempotent-Replayed"] == "true"
