"""Second factors at rest: encrypted, and readable after the key was changed."""

import pyotp
import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings

from accounts.errors import FactorExists, FactorMissing, SecondFactorWrong
from accounts.models import SecondFactorDevice
from accounts.services.second_factors import (
    factor_check,
    recovery_codes_renew,
    totp_activate,
    totp_begin,
    totp_deactivate,
)
from ispplatform.core.actors import Actor
from ispplatform.core.ids import uuid7
from ispplatform.core.models import Tenant
from ispplatform.core.secrets import secrets_rotate
from tests.accounts.people import acts
from tests.factories.accounts import UserFactory

ACTOR = Actor.system("test")


def test_secret_is_encrypted_and_survives_a_new_key(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, session_id = UserFactory(), uuid7()
    secret = totp_begin(user=user, session_id=session_id).secret
    app = pyotp.TOTP(secret)
    codes = totp_activate(actor=ACTOR, user=user, session_id=session_id, code=app.now())
    assert secret not in str(list(Authenticator.objects.values()))
    old = settings.FIELD_ENCRYPTION_KEYS

    new = Fernet.generate_key().decode()
    monkeypatch.setattr(settings, "FIELD_ENCRYPTION_KEYS", [new, *old])
    assert secrets_rotate() == 2  # the app and the recovery codes
    assert secrets_rotate() == 0
    monkeypatch.setattr(settings, "FIELD_ENCRYPTION_KEYS", [new])

    assert factor_check(user=user, code=codes[0])
    assert not factor_check(user=user, code=codes[0])


def test_second_app_is_refused_and_removing_ends_all(tenant: Tenant) -> None:
    user, session_id = UserFactory(), uuid7()
    app = pyotp.TOTP(totp_begin(user=user, session_id=session_id).secret)
    codes = totp_activate(actor=ACTOR, user=user, session_id=session_id, code=app.now())

    with pytest.raises(FactorExists):
        totp_begin(user=user, session_id=session_id)
    with pytest.raises(FactorExists):
        totp_activate(actor=ACTOR, user=user, session_id=session_id, code=app.now())
    totp_deactivate(actor=ACTOR, user=user, reason="lost")
    totp_deactivate(actor=ACTOR, user=user, reason="lost")

    assert not Authenticator.objects.exists()
    assert not SecondFactorDevice.objects.exists()
    assert not factor_check(user=user, code=codes[1])
    assert acts() == ["accounts.totp_activate", "accounts.totp_deactivate"]


def test_secret_offered_in_another_log_in_does_not_fit(tenant: Tenant) -> None:
    user = UserFactory()
    app = pyotp.TOTP(totp_begin(user=user, session_id=uuid7()).secret)

    with pytest.raises(SecondFactorWrong):
        totp_activate(actor=ACTOR, user=user, session_id=uuid7(), code=app.now())

    assert not Authenticator.objects.exists()


def test_recovery_codes_need_a_factor_to_recover(tenant: Tenant) -> None:
    with pytest.raises(FactorMissing):
        recovery_codes_renew(actor=ACTOR, user=UserFactory())
