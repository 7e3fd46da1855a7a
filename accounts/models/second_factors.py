"""The gate's view of a second factor; the secret lies in allauth.mfa alone."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.db import models
from django_otp.models import Device


class SecondFactorDevice(Device):
    """What django-otp asks for a code; it holds no secret and asks allauth's rows."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor_device"
    )

    def verify_token(self, token: Any) -> bool:
        """Tell whether the code is good now, and use it up: a code is good once.

        Codes of the authenticator app (six digits) and recovery codes are taken.
        """
        code = "".join(str(token).split())
        rows = Authenticator.objects.filter(user_id=self.user_id)
        for row in rows:
            if row.type == Authenticator.Type.TOTP and TOTP(row).validate_code(code):
                return True
            if row.type == Authenticator.Type.RECOVERY_CODES and RecoveryCodes(row).validate_code(
                code
            ):
                return True
        return False
