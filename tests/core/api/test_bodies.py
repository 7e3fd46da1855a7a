"""What clients may send, and what they are told when it is wrong."""

import json

import pytest

from ispplatform.core.models import PurgePermit

GOOD = {"reason": "reset", "actor_label": "ada", "expires_at": "2027-01-01T00:00:00Z"}


def refusal(response) -> dict:
    body = response.json()
    assert body["success"] is False
    assert set(body) == {"success", "error", "timestamp", "request_id"}
    assert {"field", "issue", "provided", "errors"} <= set(body["error"]["details"])
    assert response.headers["Content-Type"] == "application/json"
    return body["error"]


@pytest.mark.parametrize(
    "raw", [b"{", b'{"reason": NaN}', b'{"a": 1, "a": 1}', b"[" * 5000, b"\xff\xfe", b"nope"]
)
def test_broken_json_is_400(writer, raw):
    response = writer("POST", "permits", raw=raw)
    assert response.status_code == 400
    assert refusal(response)["code"] == "MALFORMED_REQUEST"
    assert PurgePermit.objects.count() == 0


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"1.5", b"null", b"true"])
def test_a_body_that_is_no_object_is_422(writer, raw):
    response = writer("POST", "permits", raw=raw)
    assert response.status_code == 422
    assert refusal(response)["details"]["errors"] == [
        {"field": None, "code": "NOT_AN_OBJECT", "message": "The body must be a JSON object."}
    ]


@pytest.mark.parametrize("text", [r"\u0000", r"\ud800", r"x\udfffy"])
def test_nul_and_lone_surrogates_are_422_with_their_field(writer, text):
    raw = json.dumps(GOOD).replace("reset", text.replace("\\", "\\")).encode()
    response = writer("POST", "permits", raw=raw)
    assert response.status_code == 422
    error = refusal(response)
    assert error["details"]["field"] == "reason"
    assert error["details"]["provided"] is None
    assert error["details"]["errors"][0]["code"] == "FORBIDDEN_CHARACTER"
    assert PurgePermit.objects.count() == 0


def test_a_huge_body_is_413(writer, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = writer("POST", "permits", {**GOOD, "reason": "x" * 1000})
    assert response.status_code == 413
    assert refusal(response)["code"] == "PAYLOAD_TOO_LARGE"


def test_another_content_type_is_415(writer):
    response = writer("POST", "permits", raw=b"a=1", Content_Type="text/plain")
    assert response.status_code == 415
    assert refusal(response)["code"] == "UNSUPPORTED_MEDIA_TYPE"


def test_another_accepted_type_is_406_and_json_anyway(reader):
    response = reader("GET", "permits", Accept="text/csv")
    assert response.status_code == 406
    assert refusal(response)["code"] == "NOT_ACCEPTABLE"
    assert reader("GET", "permits", Accept="text/html, application/*;q=0.5").status_code == 200


def test_unknown_fields_are_refused_by_name(writer):
    response = writer("POST", "permits", {**GOOD, "tenant": "x", "is_staff": True})
    assert response.status_code == 422
    assert refusal(response)["details"]["errors"] == [
        {"field": "tenant", "code": "UNKNOWN", "message": "This field is not known."},
        {"field": "is_staff", "code": "UNKNOWN", "message": "This field is not known."},
    ]
    assert PurgePermit.objects.count() == 0


def test_the_first_error_is_told_flat_and_all_are_listed(writer):
    response = writer("POST", "permits", {**GOOD, "reason": "", "expires_at": "soon"})
    assert response.status_code == 422
    error = refusal(response)
    assert error["code"] == "VALIDATION_ERROR"
    assert error["message"] == "reason: This field may not be blank."
    assert error["details"]["field"] == "reason"
    assert error["details"]["issue"] == "This field may not be blank."
    assert error["details"]["provided"] == ""
    assert [(one["field"], one["code"]) for one in error["details"]["errors"]] == [
        ("reason", "BLANK"),
        ("expires_at", "INVALID"),
    ]


def test_secrets_are_never_told_back(writer):
    response = writer("POST", "permits", {**GOOD, "password": "hunter22"})
    assert response.status_code == 422
    assert refusal(response)["details"]["field"] == "password"
    assert b"hunter22" not in response.content


def test_camel_case_and_synonyms_mean_our_names(writer):
    body = {"why": "moved", "actorLabel": "ada", "expiresAt": "2027-01-01T00:00:00Z"}
    response = writer("POST", "permits", body)
    assert response.status_code == 201
    assert response.json()["data"]["reason"] == "moved"


def test_one_field_under_two_names_is_refused(writer):
    response = writer("POST", "permits", {**GOOD, "why": "moved"})
    assert response.status_code == 422
    assert refusal(response)["details"]["errors"][0]["code"] == "DUPLICATE"


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", 5, [], {}]
)
def test_moments_out_of_range_are_422(writer, moment):
    response = writer("POST", "permits", {**GOOD, "expires_at": moment})
    assert response.status_code == 422
    assert refusal(response)["details"]["field"] == "expires_at"


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (10.005, "EUR", "TOO_MANY_DECIMALS"),
        ("10.005", None, "TOO_MANY_DECIMALS"),
        (0.5, "JPY", "TOO_MANY_DECIMALS"),
        (1.00001, "KWD", "MAX_DECIMAL_PLACES"),
        ("1e400", "EUR", "INVALID"),
        ("NaN", "EUR", "INVALID"),
        ("x", "EUR", "INVALID"),
        (True, "EUR", "INVALID"),
        ([], "EUR", "INVALID"),
        (10**18, "EUR", "MAX_WHOLE_DIGITS"),
    ],
)
def test_amounts_that_their_currency_cannot_have_are_422(writer, amount, currency, code):
    body = {**GOOD, "amount": amount, **({"currency": currency} if currency else {})}
    response = writer("POST", "permits", body)
    assert response.status_code == 422, response.content
    error = refusal(response)
    assert error["details"]["errors"][0]["field"] == "amount"
    assert error["details"]["errors"][0]["code"] in {code, "MAX_DIGITS", "MAX_STRING_LENGTH"}
    assert PurgePermit.objects.count() == 0


@pytest.mark.parametrize("amount", ["10.10", 10.1, 10, "-3", 0])
def test_amounts_come_as_numbers_or_texts(writer, amount):
    assert writer("POST", "permits", {**GOOD, "amount": amount}).status_code == 201


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ([], "NOT_AN_OBJECT"),
        ({"a": "x" * 20_000}, "TOO_LONG"),
        ({"a": {"b": "0.1234567890123456789"}}, None),
    ],
)
def test_free_json_is_kept_within_bounds(writer, metadata, code):
    response = writer("POST", "permits", {**GOOD, "metadata": metadata})
    assert response.status_code == (422 if code else 201)
    if code:
        assert refusal(response)["details"]["errors"][0]["code"] == code


def test_a_number_that_a_json_column_would_round_is_refused(writer):
    raw = json.dumps(GOOD).replace("}", ', "metadata": {"a": 0.12345678901234567890123}}')
    response = writer("POST", "permits", raw=raw.encode())
    assert response.status_code == 422
    assert refusal(response)["details"]["errors"][0]["code"] == "INEXACT"


def test_an_empty_body_is_an_empty_object(writer):
    response = writer("POST", "echo")
    assert response.status_code == 200
    assert response.json()["data"] == {}


def test_numbers_travel_through_without_a_float(writer):
    response = writer("POST", "echo", raw=b'{"a": 0.10, "b": 12345678901234.123456}')
    assert b'"data":{"a":0.10,"b":12345678901234.123456}' in response.content
