"""The keys of a connection to Stripe: what is entered, what they tell, what does not fit."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ispplatform.core.errors import InvalidInput
from ispplatform.core.providers import SettingField
from ispplatform.core.providers.fields import FieldKind

STRIPE = "stripe"
SECRET_KEY = "secret_key"  # noqa: S105 - the name of a field
PUBLISHABLE_KEY = "publishable_key"
WEBHOOK_SECRETS = "webhook_secrets"
ACCOUNT = "account"
API_BASE = "api_base"

CREDENTIAL_FIELDS = (
    SettingField(
        name=SECRET_KEY,
        label="Secret key",
        required=True,
        help="Stripe, Developers, API keys: begins with sk_ or, restricted, rk_.",
    ),
    SettingField(
        name=PUBLISHABLE_KEY,
        label="Publishable key",
        required=True,
        help="Beside the secret key: begins with pk_.",
    ),
    SettingField(
        name=WEBHOOK_SECRETS,
        label="Signing secrets of the webhook",
        kind=FieldKind.MULTILINE,
        help="One a line, each begins with whsec_. Two while you change it, else one. "
        "The connection's page shows the address that Stripe is to send notices to.",
    ),
)
CONFIG_FIELDS = (
    SettingField(
        name=ACCOUNT,
        label="Connected account",
        help="Only for Stripe Connect: begins with acct_.",
    ),
    SettingField(
        name=API_BASE,
        label="Address of a stand-in for Stripe",
        kind=FieldKind.URL,
        help="For tests on this machine only. Leave it empty.",
    ),
)

_PREFIXES = {"sk": SECRET_KEY, "rk": SECRET_KEY, "pk": PUBLISHABLE_KEY}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def is_live_account(credentials: Mapping[str, Any]) -> bool | None:
    """Tell from the secret key whether it moves real money; None for a key of unknown form."""
    return _mode(str(credentials.get(SECRET_KEY) or ""))


def _mode(key: str) -> bool | None:
    parts = key.split("_")
    if len(parts) < 3 or parts[0] not in _PREFIXES:
        return None
    return {"live": True, "test": False}.get(parts[1])


def check_access(config: Mapping[str, Any], credentials: Mapping[str, Any]) -> None:
    """Return when settings and secrets fit together.

    Raises:
        InvalidInput: a key stands in the wrong place, live and test are mixed, or the address of
            a stand-in is not on this machine.
    """
    for name in (SECRET_KEY, PUBLISHABLE_KEY):
        key = str(credentials.get(name) or "")
        if _PREFIXES.get(key.split("_")[0]) != name or _mode(key) is None:
            raise InvalidInput("This is not such a key of Stripe.", field=name)
    if _mode(credentials[SECRET_KEY]) != _mode(credentials[PUBLISHABLE_KEY]):
        raise InvalidInput("One key is a live key and the other a test key.", field=PUBLISHABLE_KEY)
    if any(not secret.startswith("whsec_") for secret in webhook_secrets(credentials)):
        raise InvalidInput("A signing secret begins with whsec_.", field=WEBHOOK_SECRETS)
    if str(config.get(ACCOUNT) or "acct_").startswith("acct_") is False:
        raise InvalidInput("An account begins with acct_.", field=ACCOUNT)
    base = config.get(API_BASE)
    if base and (urlsplit(base).hostname not in _LOOPBACK or is_live_account(credentials)):
        raise InvalidInput(
            "A stand-in runs on this machine and takes test keys only.", field=API_BASE
        )


def webhook_secrets(credentials: Mapping[str, Any]) -> list[str]:
    """Return the signing secrets, newest first as entered."""
    return [line.strip() for line in str(credentials.get(WEBHOOK_SECRETS) or "").split()]
