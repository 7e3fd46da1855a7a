"""What staff read instead of the names that programs use: fields, tables, kinds of things."""

import re
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

# Names that no rule turns into words; all others are read by ``_plain``.
FIELD_WORDS: dict[str, Text] = {
    "account_digest": _("whose, as a sum"),
    "account_mode": _("kind of account"),
    "action_url": _("confirmation page"),
    "actor_label": _("by"),
    "anchor_day": _("day of the month"),
    "author_label": _("written by"),
    "auto_renew": _("renews by itself"),
    "bandwidth_limit_bytes": _("traffic allowed"),
    "bandwidth_used_bytes": _("traffic used"),
    "config": _("settings"),
    "configuration": _("what was ordered"),
    "content": _("value"),
    "created_at": _("made"),
    "customer_number": _("number"),
    "customer_type": _("for"),
    "date_joined": _("since"),
    "default_ttl": _("seconds that answers are kept"),
    "deputy": _("second person"),
    "disk_limit_bytes": _("space allowed"),
    "disk_used_bytes": _("space used"),
    "display_name": _("name"),
    "drift": _("differs at the registrar"),
    "due_date": _("due on"),
    "email": _("e-mail"),
    "error_message": _("what went wrong"),
    "exchange": _("conversation"),
    "failure_message": _("why it failed"),
    "from_email": _("from"),
    "from_name": _("sender"),
    "gateway_reference": _("reference at the gateway"),
    "grant_types": _("how it gets tokens"),
    "grants": _("may"),
    "gross_total": _("total"),
    "has_own_password": _("password chosen by the customer"),
    "ip_address": _("address"),
    "ipv4": _("IPv4"),
    "ipv6": _("IPv6"),
    "is_abuse": _("gets abuse reports"),
    "is_billing": _("gets bills"),
    "is_confidential": _("keeps a secret"),
    "is_customised": _("changed here"),
    "is_factor_required": _("needs a second factor"),
    "is_open": _("takes new accounts"),
    "is_owner": _("owner"),
    "is_saved": _("kept for later"),
    "is_seeded": _("comes with the platform"),
    "is_superuser": _("runs the installation"),
    "is_technical": _("gets technical mail"),
    "issue_date": _("issued"),
    "last": _("last number"),
    "last_four": _("last four digits"),
    "last_used_address": _("last used from"),
    "mail_domain": _("domain"),
    "mail_hostname": _("name of the mail server"),
    "mailbox_quota_mb": _("size of a mailbox"),
    "max_accounts": _("most accounts"),
    "max_mailboxes": _("most mailboxes"),
    "net_total": _("net"),
    "next_at": _("when"),
    "next_billing_on": _("next bill"),
    "order_number": _("number"),
    "owner_mark": _("our mark"),
    "params": _("what was asked for"),
    "placed_by": _("ordered by"),
    "portal_id": _("portal ID"),
    "proforma": _("pro-forma"),
    "pushed_version": _("version on the server"),
    "quota_mb": _("size"),
    "redirect_uris": _("people are sent back to"),
    "reference": _("reference there"),
    "remaining": _("left"),
    "requested_at": _("asked for"),
    "resolution": _("what was done"),
    "responsible": _("who answers for it"),
    "result": _("answer"),
    "scopes": _("may"),
    "secret_hint": _("secret"),
    "sent_count": _("times sent"),
    "server_answer": _("what the server said"),
    "setup_started_at": _("setting up began"),
    "source_label": _("came from"),
    "spf_include": _("SPF include"),
    "state_sentence": _("says"),
    "statuses": _("flags of the registry"),
    "snoozed_until": _("put aside until"),
    "subject": _("subject"),
    "subject_label": _("about"),
    "taken_by": _("looks after it"),
    "tax_percent": _("tax rate"),
    "tax_total": _("tax"),
    "terminate_at": _("data is deleted"),
    "terminated_at": _("ended"),
    "told_at": _("told to staff by mail"),
    "to_email": _("to"),
    "to_name": _("name"),
    "trouble": _("what is wrong"),
    "ttl": _("TTL"),
    "unicode_domain": _("domain"),
    "unicode_name": _("name"),
    "unit_price": _("price"),
    "usage_read_at": _("usage read"),
    "used_bytes": _("used"),
    "user": _("log-in"),
    "user_agent": _("browser or program"),
    "valid_from": _("from"),
    "valid_to": _("until"),
    "vat_number": _("VAT number"),
}
_ENDINGS = re.compile(r"_(at|on|label|minutes|mb)$")
_BEGINNINGS = re.compile(r"^(is|has)_")
_SHORT = re.compile(r"\b(dns|api|tld|vat|id|ip|url|spf|pdf|sms)\b", re.IGNORECASE)


def field_words(field: "models.Field[Any, Any]") -> Text:
    """Return what a field is called: its own words, else those of the table, else its name's."""
    if str(field.verbose_name) != field.name.replace("_", " "):
        return str(field.verbose_name)
    return name_words(field.name)


def name_words(name: str) -> Text:
    """Return what a value of this name is called, where no field of a table has it."""
    return FIELD_WORDS.get(name) or _plain(name)


def code_words(code: str) -> str:
    """Return the words in the last part of a dotted code: ``billing.invoice_void`` voids one."""
    words = in_capitals(_spaced(code.rpartition(".")[2]))
    return words[:1].upper() + words[1:]


def in_capitals(words: str) -> str:
    """Return words whose abbreviations are written large: ``dns zones`` become ``DNS zones``."""
    return _SHORT.sub(lambda found: found.group().upper(), words)


def _plain(name: str) -> str:
    bare = _ENDINGS.sub("", _BEGINNINGS.sub("", name))
    return in_capitals(_spaced(bare))


def _spaced(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")
