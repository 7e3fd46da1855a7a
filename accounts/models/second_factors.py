"""The gate's view of a second factor; the secret lies in allauth.mfa alone."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db import models
from django_otp.models import Device

from accounts.rules.one_time_codes import NEVER, code_step, typed_code
from ispplatform.core.clock import system_now

LAST_STEP = "last_step"  # in an app's data: the last step of time whose code was taken


class SecondFactorDevice(Device):
    """What django-otp asks for a code; it holds no secret and asks allauth's rows."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor_device"
    )

    def verify_token(self, token: Any) -> bool:
        """Tell whether the code is good now, and use it up: a code is good once.

        Codes of the authenticator app (six digits) and recovery codes are taken, inside a
        transaction: the rows are locked, so that one code is taken by one of two requests.
        """
        code = typed_code(str(token))
        for row in Authenticator.objects.select_for_update().filter(user_id=self.user_id):
            if row.type == Authenticator.Type.TOTP and _app_takes(row, code):
                return True
            if row.type == Authenticator.Type.RECOVERY_CODES and RecoveryCodes(row).validate_code(
                code
            ):
                return True
        return False


def _app_takes(row: Authenticator, code: str) -> bool:
    """Tell whether an app's code is good and newer than the last one that was taken; note it."""
    now = system_now()
    after = row.data.get(LAST_STEP, NEVER)
    step = code_step(decrypt(row.data["secret"]), code, now=now, after=after)
    if step is None:
        return False
    row.data = {**row.data, LAST_STEP: step}
    row.last_used_at = now
    row.save(update_fields=["data", "last_used_at"])
    return True
