"""Secrets at rest: unreadable in the database, unseen in reprs, renewed by a new key."""

import json

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.management import call_command
from django.db import connection as database

from ispplatform.core.models import ProviderConnection
from ispplatform.core.secrets import (
    SecretFields,
    SecretText,
    SecretUnreadable,
    decrypt,
    encrypt,
    encrypted_fields,
    secrets_rotate,
)
from ispplatform.core.tenancy.context import enter_scope, tenant_context


def stored(row):
    with tenant_context(row.tenant_id), database.cursor() as cursor:
        cursor.execute("SELECT credentials FROM core_providerconnection")
        (token,) = cursor.fetchone()
    return token


def test_the_database_holds_no_secret_in_the_clear(connection):
    assert connection.credentials == {"api_key": "key-of-the-works"}
    assert stored(connection).startswith("fernet:")
    assert "key-of-the-works" not in stored(connection)
    again = ProviderConnection.objects.get()
    assert again.credentials == {"api_key": "key-of-the-works"}
    assert isinstance(again.credentials, SecretFields)


def test_a_secret_does_not_show_itself(connection):
    secrets = ProviderConnection.objects.get().credentials
    assert repr(secrets) == str(secrets) == f"{secrets}" == "{'api_key': '•••'}"
    assert repr(SecretText("s3cret")) == "'•••'"
    assert SecretText("s3cret") == "s3cret"


def test_a_dump_holds_no_secret_and_can_be_loaded(connection):
    dump = serializers.serialize("json", ProviderConnection.objects.all())
    assert "key-of-the-works" not in dump
    (loaded,) = serializers.deserialize("json", dump)
    assert loaded.object.credentials == {"api_key": "key-of-the-works"}
    assert json.loads(dump)[0]["fields"]["credentials"].startswith("fernet:")


def test_a_secret_cannot_be_searched(connection):
    with pytest.raises(TypeError, match="cannot be searched"):
        ProviderConnection.objects.filter(credentials="x").exists()
    assert not ProviderConnection.objects.filter(credentials__isnull=True).exists()


def test_a_new_key_takes_over_and_the_old_one_can_go(connection, other_tenant, settings, capsys):
    old, new = settings.FIELD_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    before = stored(connection)
    assert ProviderConnection.objects.get().credentials["api_key"] == "key-of-the-works"
    tenant_id = connection.tenant_id
    enter_scope(None)
    call_command("rotate_secrets")
    assert capsys.readouterr().out == "1 secrets were encrypted with the first key.\n"
    assert secrets_rotate() == 0
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert stored(connection) != before
    with tenant_context(tenant_id):
        assert ProviderConnection.objects.get().credentials["api_key"] == "key-of-the-works"
    settings.FIELD_ENCRYPTION_KEYS = [old]
    with tenant_context(tenant_id), pytest.raises(SecretUnreadable):
        ProviderConnection.objects.get()


def test_a_value_that_is_no_token_is_unreadable():
    assert decrypt(encrypt("ä")) == "ä"
    with pytest.raises(SecretUnreadable):
        decrypt("fernet:nonsense")


def test_every_encrypted_column_is_known_to_the_rotation():
    assert "core.ProviderConnection.credentials" in {str(field) for field in encrypted_fields()}
