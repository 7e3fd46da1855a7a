"""What each tenant chooses about its mails."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ispplatform.core.tenant_settings import TenantSetting


def _check_address(value: str) -> str:
    if not value:
        return ""
    try:
        validate_email(value)
    except ValidationError:
        return "Write an e-mail address, or nothing."
    return ""


def _check_name(value: str) -> str:
    return "" if len(value) <= 80 and value.isprintable() else "Use at most 80 characters."


SENDER_EMAIL = TenantSetting(
    key="notifications.sender_email",
    default="",
    label="Address that mails come from; empty: the company's contact address",
    check=_check_address,
)
SENDER_NAME = TenantSetting(
    key="notifications.sender_name",
    default="",
    label="Name that mails come from; empty: the company's name",
    check=_check_name,
)
REPLY_TO = TenantSetting(
    key="notifications.reply_to",
    default="",
    label="Address that answers go to; empty: the sender's",
    check=_check_address,
)
ALERT_EMAIL = TenantSetting(
    key="notifications.alert_email",
    default="",
    label="Address that is told at once when money or a domain needs a person; empty: contact",
    check=_check_address,
)
