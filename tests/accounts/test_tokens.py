"""Derived tokens, codes and keys, without HTTP."""

import uuid

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from accounts.choices import ApiKeyMode
from accounts.errors import TokenInvalid
from accounts.tokens.access import access_token_sign, access_token_verify
from accounts.tokens.derived import (
    derived_code,
    derived_token,
    is_derived_code,
    read_derived_token,
)
from accounts.tokens.encoding import base64url, from_base64url
from accounts.tokens.keys import TokenKeys, token_keys
from accounts.tokens.random_keys import api_key_text, key_hint, read_api_key

TENANT, ROW = uuid.UUID(int=1), uuid.UUID(int=2)


def test_token_names_its_row_and_generation() -> None:
    text = derived_token("refresh", tenant_id=TENANT, row_id=ROW, generation=7)

    read = read_derived_token("refresh", text)

    assert read is not None
    assert (read.tenant_id, read.row_id, read.generation) == (TENANT, ROW, 7)
    assert len(text) == 107


def test_each_token_is_new_unless_it_is_for_a_mail() -> None:
    made = {derived_token("refresh", tenant_id=TENANT, row_id=ROW) for _ in range(5)}
    mailed = {derived_token("link", tenant_id=TENANT, row_id=ROW, fixed=True) for _ in range(5)}

    assert (len(made), len(mailed)) == (5, 1)


def test_token_of_another_purpose_is_not_recognised() -> None:
    text = derived_token("link", tenant_id=TENANT, row_id=ROW)

    assert read_derived_token("refresh", text) is None


@given(place=st.integers(0, 106), letter=st.sampled_from("ABCxyz019-_"))
def test_no_changed_letter_passes(place: int, letter: str) -> None:
    text = derived_token("link", tenant_id=TENANT, row_id=ROW, fixed=True)
    changed = text[:place] + letter + text[place + 1 :]

    assert (read_derived_token("link", changed) is None) is (changed != text)


@given(st.text(max_size=200))
def test_nonsense_is_never_recognised_and_never_fails(text: str) -> None:
    assert read_derived_token("link", text) is None
    assert read_api_key(text) is None
    assert read_api_key(f"live_pk_{text}") is None


def test_old_secret_still_reads_while_it_is_a_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    text = derived_token("refresh", tenant_id=TENANT, row_id=ROW)
    old = settings.SECRET_KEY

    monkeypatch.setattr(
        settings, "SECRET_KEY", "another-secret-of-fifty-characters-0123456789-0123"
    )
    assert read_derived_token("refresh", text) is None
    monkeypatch.setattr(settings, "SECRET_KEY_FALLBACKS", [old])
    assert read_derived_token("refresh", text) is not None


def test_codes_have_six_digits_and_belong_to_one_row_and_purpose() -> None:
    rows = [uuid.uuid4() for _ in range(200)]
    codes = [derived_code("email_code", row_id=row) for row in rows]

    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(set(codes)) > 190
    assert is_derived_code("email_code", row_id=rows[0], code=codes[0])
    assert not is_derived_code("other", row_id=rows[0], code=codes[0])
    assert not is_derived_code("email_code", row_id=rows[0], code="١٢٣٤٥٦")


@pytest.mark.parametrize("mode", list(ApiKeyMode))
def test_api_key_names_its_company_and_mode(mode: ApiKeyMode) -> None:
    text = api_key_text(tenant_id=TENANT, mode=mode)

    read = read_api_key(text)

    assert read is not None
    assert (read.tenant_id, read.mode) == (TENANT, mode)
    assert len(text) == 72
    assert key_hint(text) == f"{text[:8]}…{text[-4:]}"


@given(st.binary(max_size=60))
def test_base64url_is_one_text_per_value(value: bytes) -> None:
    text = base64url(value)

    assert from_base64url(text) == value
    assert from_base64url(f"{text}=") is None


def test_production_makes_no_key_by_itself(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "KEYS_DIR", tmp_path)
    monkeypatch.setattr(settings, "PRODUCTION", True)

    with pytest.raises(ImproperlyConfigured, match="token_keys ensure"):
        _ = token_keys().signing
    assert TokenKeys(tmp_path).newest_first == []


@given(st.text(max_size=200))
def test_text_that_is_no_token_is_refused_and_never_fails(text: str) -> None:
    for shown in (text, f"{text}.e30.e30", f"{base64url(text.encode())}.e30.e30"):
        with pytest.raises(TokenInvalid):
            access_token_verify(shown)


@pytest.mark.parametrize(
    "head",
    [b"[]", b'"kid"', b'{"kid": 7}', b'{"kid": ["a"]}', b"{}", b'{"kid": "unknown"}', b"\xff"],
)
def test_token_that_names_no_key_of_ours_is_refused(head: bytes) -> None:
    with pytest.raises(TokenInvalid):
        access_token_verify(f"{base64url(head)}.e30.e30")


def test_token_under_the_head_of_another_is_refused() -> None:
    """The head chooses the key; the signature covers the head."""
    text, _seconds = access_token_sign({"sub": "a"}, tenant_id=TENANT, session_id=ROW)
    head, rest = text.split(".", 1)
    named = from_base64url(head)
    assert named is not None
    changed = named.replace(b'"RS256"', b'"none" ')

    assert access_token_verify(text)["session_id"] == str(ROW)
    with pytest.raises(TokenInvalid):
        access_token_verify(f"{base64url(changed)}.{rest}")
