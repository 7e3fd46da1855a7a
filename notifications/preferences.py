"""What each tenant chooses about its mails."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ispplatform.core.tenant_settings import TenantSetting, between


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
DKIM_SELECTOR = TenantSetting(
    key="notifications.dkim_selector",
    default="",
    label="DKIM selector that your mail server signs with; empty: DKIM is not looked at",
    check=lambda value: (
        "" if re.fullmatch(r"[A-Za-z0-9._-]{0,63}", value) else "Use letters, digits, - and _."
    ),
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
BULK_MAILS_A_MINUTE = TenantSetting(
    key="notifications.bulk_mails_a_minute",
    default=60,
    label="Mails that one bulk act sends in a minute, at most",
    check=between(1, 6000),
)
