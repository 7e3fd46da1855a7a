"""``{% load mail %}``: one source for a mail's HTML and its plain text.

A mail template is a list of these blocks; ``mails.py`` renders it once for each form. What people
wrote is escaped in the HTML by Django, and is plain in the text.
"""

import html
import re
import textwrap
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from ispplatform.core.pages.formats import date_text, datetime_text, iban_text, money_text
from ispplatform.core.pages.markup import as_markup
from ispplatform.core.pages.statuses import Standing, standing_text

register = template.Library()
register.filter("iban", iban_text)

TEXT_COLUMNS = 72
FONT = "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
PARAGRAPH = f"margin:0 0 16px;{FONT};font-size:16px;line-height:1.55;color:#16211f"
SMALL = f"margin:0 0 12px;{FONT};font-size:14px;line-height:1.5;color:#4d5b59"
CELL = f"{FONT};font-size:15px;line-height:1.5;padding:8px 0;border-top:1px solid #dfe5e2"
SHORT = 16  # characters: amounts, days and numbers are never broken into two lines


def _is_html(context: Context) -> bool:
    return bool(context["mail"].is_html)


def _one_line(content: str) -> str:
    return " ".join(content.split())


def _plain(context: Context, content: str) -> str:
    """Return content as the text that it is; the layout escapes it where it has to be."""
    return _one_line(html.unescape(content) if _is_html(context) else content)


def _wrapped(content: str, *, indent: str = "") -> str:
    """Return prose with at most 72 columns; addresses are never broken."""
    return textwrap.fill(
        _one_line(content),
        TEXT_COLUMNS,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _html(pattern: str, *values: Any) -> SafeString:
    return format_html(pattern, *values)


def _as_rendered(content: str) -> SafeString:
    # A block tag hands over what the template engine has rendered, and so escaped, already.
    return as_markup(_one_line(content))


@register.simple_block_tag(takes_context=True)
def subject(context: Context, content: str) -> str:
    """Say the subject; one line, and it stands nowhere in the body."""
    context["mail"].subject = _plain(context, content)
    return ""


@register.simple_block_tag(takes_context=True)
def preview(context: Context, content: str) -> str:
    """Say what mail programs show beside the subject."""
    context["mail"].preview = _plain(context, content)
    return ""


@register.simple_block_tag(takes_context=True)
def heading(context: Context, content: str) -> str:
    """Write the one heading."""
    if _is_html(context):
        style = f"margin:0 0 16px;{FONT};font-size:22px;line-height:1.3;color:#16211f"
        return _html('<h1 class="ink" style="{}">{}</h1>', style, _as_rendered(content))
    line = _one_line(content)
    return f"{line}\n{'=' * min(len(line), TEXT_COLUMNS)}\n\n"


@register.simple_block_tag(takes_context=True)
def paragraph(context: Context, content: str) -> str:
    """Write a paragraph."""
    if _is_html(context):
        return _html('<p class="ink" style="{}">{}</p>', PARAGRAPH, _as_rendered(content))
    return f"{_wrapped(content)}\n\n"


@register.simple_block_tag(takes_context=True)
def small(context: Context, content: str) -> str:
    """Write what is less important: why the mail came, what to do when it was not expected."""
    if _is_html(context):
        return _html('<p class="soft" style="{}">{}</p>', SMALL, _as_rendered(content))
    return f"{_wrapped(content)}\n\n"


@register.simple_tag(takes_context=True)
def button(context: Context, url: str, label: str) -> str:
    """Write the one thing to do; in the text its address stands on a line of its own."""
    if not re.match(r"https?://[^\s]+\Z", url):
        raise ValueError(f"{url!r} is no address for a mail.")
    if not _is_html(context):
        return f"{label}:\n{url}\n\n"
    accent = context["brand"].light
    style = (
        f"display:inline-block;padding:13px 22px;border-radius:6px;background:{accent.ground};"
        f"color:{accent.on_ground};{FONT};font-size:16px;font-weight:600;text-decoration:none"
    )
    return _html(
        '<p style="margin:8px 0 24px"><a class="act" href="{}" style="{}">{}</a></p>',
        url,
        style,
        label,
    )


@register.simple_block_tag(takes_context=True)
def code(context: Context, content: str) -> str:
    """Write a code that is typed over."""
    if not _is_html(context):
        return f"    {_one_line(content)}\n\n"
    style = (
        "margin:8px 0 24px;padding:14px 20px;border-radius:8px;background:#f0f3f1;color:#16211f;"
        "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:28px;letter-spacing:6px"
    )
    return _html('<p class="code" style="{}">{}</p>', style, _as_rendered(content))


@register.simple_block_tag(takes_context=True)
def facts(context: Context, content: str) -> str:
    """Hold ``{% fact %}`` and ``{% total %}`` lines."""
    if not _is_html(context):
        lines = [line.strip() for line in content.splitlines() if line.strip()]
        return "\n".join(lines) + "\n\n"
    return _html(
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" '
        'style="margin:0 0 24px;border-collapse:collapse">{}</table>',
        _as_rendered(content),
    )


@register.simple_tag(takes_context=True)
def fact(context: Context, label: str, value: str) -> str:
    """Write a name and its value."""
    return _pair(context, label, value, weight="400")


@register.simple_tag(takes_context=True)
def state(context: Context, kind: str, standing: Standing | str) -> str:
    """Say where something stands, in the words of the table, as a line of ``{% facts %}``.

    ``standing`` is a status (``{% state "sales.order" "on_hold" %}``) or where a row stands.
    """
    known = Standing(value=standing) if isinstance(standing, str) else standing
    words = standing_text(kind, known, context["locale"])
    return _pair(context, gettext("Status"), words, weight="600")


@register.simple_tag(takes_context=True)
def total(context: Context, label: str, value: str) -> str:
    """Write the name and value that count."""
    return _pair(context, label, value, weight="600")


def _pair(context: Context, label: str, value: str, *, weight: str) -> str:
    if not _is_html(context):
        return f"{_one_line(str(label))}: {_one_line(str(value))}\n"
    left = f"{CELL};color:#4d5b59;font-weight:{weight};padding-right:16px"
    right = f"{CELL};color:#16211f;font-weight:{weight}"
    if len(str(value)) <= SHORT:
        right += ";white-space:nowrap"
    return _html(
        '<tr><td class="soft line" style="{}">{}</td>'
        '<td class="ink line value" align="right" style="{}">{}</td></tr>',
        left,
        label,
        right,
        value,
    )


# ------------------------------------------------------------------------ values in sentences
# As plain text, for blocks and {% blocktranslate %}: {% amount total currency as sum %}.


@register.simple_tag(takes_context=True)
def amount(context: Context, value: Decimal | str, currency: str) -> str:
    """Write an amount as the reader's language does."""
    return money_text(Decimal(value), currency, context["locale"])


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | str) -> str:
    """Write a day in full."""
    on = date.fromisoformat(value) if isinstance(value, str) else value
    return date_text(on, context["locale"], style="long")


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | str) -> str:
    """Write a day and a time in the reader's zone."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{datetime_text(at, context['locale'])} {timezone.localtime(at):%Z}"


@register.simple_block_tag(takes_context=True)
def callout(context: Context, content: str) -> str:
    """Write what must not be overlooked."""
    if not _is_html(context):
        return f"{_wrapped(content, indent='! ')}\n\n"
    style = (
        "margin:0 0 24px;padding:14px 18px;border-left:4px solid #c58208;background:#fdf1d8;"
        f"{FONT};font-size:15px;line-height:1.5;color:#4a2d00"
    )
    return _html('<p class="callout" style="{}">{}</p>', style, _as_rendered(content))
