"""``{% load ui %}``: the parts of the design system, for templates.

Containers (card, stack, grid, table) are plain HTML with the classes of ``static/css``; here are
the parts that need logic. ``/styleguide`` shows each with the lines that make it.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel import Locale
from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ispplatform.core.pages.charts import Bar, bar_chart, sparkline
from ispplatform.core.pages.formats import (
    ago_text,
    country_text,
    date_text,
    datetime_text,
    format_locale,
    iban_text,
    money_text,
    number_text,
    time_text,
)
from ispplatform.core.pages.icons import icon_svg
from ispplatform.core.pages.markup import as_markup
from ispplatform.core.pages.refusals import Refusal, form_refusal
from ispplatform.core.pages.statuses import Tone, standing_of, standing_text, status_words

register = template.Library()
register.filter("iban", iban_text)

LONG_BADGE = 32  # characters: longer words are a sentence, and may take two lines
TONE_ICONS = {
    Tone.GOOD: "circle-check",
    Tone.INFO: "info",
    Tone.WARN: "triangle-alert",
    Tone.BAD: "circle-alert",
    Tone.QUIET: "info",
}


def _locale(context: Context) -> Locale:
    return context.get("locale") or format_locale(get_language() or "en")


# ------------------------------------------------------------------------------- small words


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon: ``{% icon "globe" %}``; ``label=`` when no text stands beside it."""
    return icon_svg(name, label=label)


@register.simple_tag
def badge(text: str, tone: str = "quiet", working: bool = False) -> SafeString:
    """Show a word with its colour: ``{% badge _("Active") "good" %}``."""
    return format_html(
        '<span class="badge tone-{}{}{}">{}</span>',
        Tone(tone).value,
        " badge-working" if working else "",
        " badge-long" if len(str(text)) > LONG_BADGE else "",
        text,
    )


@register.simple_tag
def status(kind: str, value: str, reader: str = "customer") -> SafeString:
    """Show a row's status in the words of ``statuses.py``; ``reader`` is customer or staff."""
    words = status_words(kind, value)
    text = words.staff if reader == "staff" else words.customer
    return badge(str(text), words.tone, words.is_working)


@register.simple_tag(takes_context=True)
def status_of(context: Context, kind: str, row: Any) -> SafeString:
    """Show where a row stands, fully: ``{% status_of "billing.invoice" invoice %}``."""
    standing = standing_of(kind, row)
    words = status_words(kind, standing.value)
    text = standing_text(kind, standing, _locale(context))
    return badge(text, words.tone, words.is_working)


@register.simple_tag(takes_context=True)
def money(context: Context, amount: Decimal, currency: str) -> SafeString:
    """Write an amount as the reader's language does: ``{% money invoice.total "EUR" %}``."""
    return format_html(
        '<span class="money">{}</span>', money_text(amount, currency, _locale(context))
    )


@register.simple_tag(takes_context=True)
def country(context: Context, code: str) -> str:
    """Write a country's name in the reader's language: ``{% country address.country %}``."""
    return country_text(code, _locale(context))


@register.simple_tag(takes_context=True)
def number(context: Context, value: Decimal | int) -> str:
    """Write a number with the reader's separators."""
    return number_text(value, _locale(context))


_WAYS_TO_SHOW: dict[str, Callable[[datetime, Locale], str]] = {
    "auto": datetime_text,
    "date": date_text,
    "time": time_text,
    "ago": ago_text,
    "long": lambda moment, locale: date_text(moment, locale, style="long"),
}


@register.simple_tag(takes_context=True)
def when(context: Context, moment: date | datetime | None, show: str = "auto") -> SafeString:
    """Write a day or a time in the reader's zone; nothing for None.

    ``show``: ``auto`` (a date as a day, a time as day and time), ``date``, ``time``, ``ago``
    (the full time as its title), ``long``.
    """
    if moment is None:
        return as_markup("")
    locale = _locale(context)
    if not isinstance(moment, datetime):
        style = "long" if show == "long" else "medium"
        text = date_text(moment, locale, style=style)
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), text)
    local = timezone.localtime(moment)
    full = f"{datetime_text(moment, locale)} {local:%Z}"
    shown = _WAYS_TO_SHOW[show](moment, locale)
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), full, shown)


# ------------------------------------------------------------------------------------- boxes


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: str = "", reference: str = "") -> SafeString:
    """Say something that matters: what happened, what it means, what to do.

    ``{% notice tone="bad" title=_("Your bank declined the card.") reference=reference %}``
    ``<p>...</p>{% endnotice %}``
    """
    return _rendered(
        "components/notice.html",
        tone=Tone(tone),
        icon=TONE_ICONS[Tone(tone)],
        title=title,
        body=content.strip(),
        reference=reference,
    )


@register.simple_block_tag
def banner(content: str, tone: str = "warn", icon_name: str = "") -> SafeString:
    """Say across the whole page what holds for all of it: sandbox, paused, viewing as."""
    return _rendered(
        "components/banner.html",
        tone=Tone(tone),
        icon=icon_name or TONE_ICONS[Tone(tone)],
        body=content.strip(),
    )


@register.simple_block_tag
def empty_state(content: str, title: str, icon_name: str = "inbox") -> SafeString:
    """Say what would be here; the content holds a sentence and the one next step."""
    return _rendered("components/empty.html", title=title, icon=icon_name, body=content.strip())


@register.simple_block_tag
def card(content: str, title: str = "", more_url: str = "", more_label: str = "") -> SafeString:
    """Put content on a card with an optional heading and a link at its right."""
    return _rendered(
        "components/card.html",
        title=title,
        more_url=more_url,
        more_label=more_label,
        body=content.strip(),
    )


@register.simple_block_tag
def confirm(content: str, label: str, quiet: bool = False) -> SafeString:
    """Ask before an act without a dialog: the button opens the question below itself."""
    return _rendered("components/confirm.html", label=label, quiet=quiet, body=content.strip())


def _rendered(template_name: str, *, body: str, **values: Any) -> SafeString:
    # A block tag hands over what the template engine has rendered, and so escaped, already.
    values["body"] = as_markup(body)
    return render_to_string(template_name, values)


# ---------------------------------------------------------------------------------- courses


@register.inclusion_tag("components/steps.html")
def steps(names: Sequence[Any], current: int) -> dict[str, Any]:
    """Show the steps of a task; ``names`` are texts or (text, address), ``current`` from 1."""
    items = []
    for number_, step in enumerate(names, start=1):
        text, url = step if isinstance(step, tuple | list) else (step, "")
        items.append(
            {
                "text": text,
                "url": url if number_ < current else "",
                "is_done": number_ < current,
                "is_current": number_ == current,
            }
        )
    return {"steps": items}


@register.inclusion_tag("components/timeline.html", takes_context=True)
def timeline(context: Context, entries: Sequence[Any]) -> dict[str, Any]:
    """Show what happened, in order: entries with ``text`` and maybe ``at``, ``by``, ``tone``,
    ``detail``, ``is_waiting``.
    """
    return {"entries": entries, "locale": _locale(context)}


@register.inclusion_tag("components/progress.html")
def progress(
    label: str, value: int | None = None, top: int = 100, note: str = ""
) -> dict[str, Any]:
    """Show how far long work is; without a value that it goes on."""
    return {"label": label, "value": value, "top": top, "note": note}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[Any], label: str) -> dict[str, Any]:
    """Show tabs that are pages: items with ``text``, ``url``, ``is_current``, maybe ``count``."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/pages.html", takes_context=True)
def pages(context: Context, page: Page[Any]) -> dict[str, Any]:
    """Turn the pages of a list; keeps the other parts of the address."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else None
    addresses = {}
    for name, has in (("previous", page.has_previous()), ("next", page.has_next())):
        if has and query is not None:
            turned = page.previous_page_number() if name == "previous" else page.next_page_number()
            query["page"] = str(turned)
            addresses[name] = f"?{query.urlencode()}"
    return {"page": page, **addresses}


@register.inclusion_tag("components/price_line.html", takes_context=True)
def price_line(
    context: Context,
    what: str,
    amount: Decimal,
    currency: str,
    later: str = "",
    total: bool = False,
) -> dict[str, Any]:
    """Show what is paid for what; ``later`` says what it costs afterwards, and from when."""
    return {
        "what": what,
        "amount": money_text(amount, currency, _locale(context)),
        "later": later,
        "total": total,
    }


# ------------------------------------------------------------------------------------- forms


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """Show a form's field with label, help and error."""
    return bound.as_field_group()


@register.simple_tag
def form_refused(form: BaseForm) -> Refusal:
    """Return what a form with errors says above itself: ``{% form_refused form as refusal %}``."""
    return form_refusal(form)


# ------------------------------------------------------------------------------------ charts


@register.simple_tag
def spark(values: Sequence[Any], label: str) -> SafeString:
    """Draw a small line; ``label`` is the sentence it stands for."""
    return sparkline(values, label=label)


@register.simple_tag
def bars(items: Sequence[Bar], label: str, ceiling_text: str = "") -> SafeString:
    """Draw a bar chart of ``charts.Bar``."""
    return bar_chart(items, label=label, ceiling_text=ceiling_text)
