"""Mails in the design of the house: subject, plain text and HTML from one template."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation

from ispplatform.core.models.tenants import Tenant
from ispplatform.core.pages.brand import brand_of, company_address
from ispplatform.core.pages.formats import format_locale

_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n)+")


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail as it is sent."""

    subject: str
    text: str
    html: str


@dataclass(slots=True)
class _Mail:
    """What the blocks of a template tell the layout."""

    is_html: bool
    subject: str = ""
    preview: str = ""


def mail_render(
    template_name: str,
    values: Mapping[str, Any],
    *,
    tenant: Tenant,
    language: str,
    time_zone: str = "",
) -> RenderedMail:
    """Return a mail of a tenant in one language.

    Args:
        template_name: a template made of the blocks of ``mail_tags.py``, for example
            ``email/order_placed.html``; it has a ``{% subject %}``.
        values: what the template shows; addresses are whole (``tenant.base_url`` before them).
        language: the reader's; the tenant's own is ``tenant.language``.
        time_zone: the reader's; empty takes the tenant's.

    Raises:
        ValueError: the template has no subject.
    """
    with translation.override(language), timezone.override(ZoneInfo(time_zone or tenant.time_zone)):
        text_mail, html_mail = _Mail(is_html=False), _Mail(is_html=True)
        frame = _frame(values, tenant, language)
        text = _rendered("email/layout.txt", template_name, frame, text_mail)
        html = _rendered("email/layout.html", template_name, frame, html_mail)
    if not text_mail.subject:
        raise ValueError(f"{template_name} has no subject.")
    return RenderedMail(subject=text_mail.subject, text=f"{text.strip()}\n", html=html)


def _frame(values: Mapping[str, Any], tenant: Tenant, language: str) -> dict[str, Any]:
    brand = brand_of(tenant)
    return {
        **values,
        "tenant": tenant,
        "brand": brand,
        "language": language,
        "locale": format_locale(language, tenant.country),
        "home_url": tenant.base_url,
        "logo_url": tenant.base_url + brand.logo if brand.logo else "",
        "links": [
            (text, url if not url.startswith("/") else tenant.base_url + url)
            for text, url in brand.legal_links
        ],
        "imprint": [part for part in (tenant.legal_name, *_address(tenant)) if part],
    }


def _address(tenant: Tenant) -> list[str]:
    return company_address(tenant.address)


def _rendered(layout: str, template_name: str, frame: dict[str, Any], mail: _Mail) -> str:
    context = {**frame, "mail": mail}
    body = _engine_template(template_name).render(Context(context, autoescape=mail.is_html))
    if not mail.is_html:
        body = _EMPTY_LINES.sub("\n\n", body)
    return str(
        _engine_template(layout).render(
            Context({**context, "body": body.strip()}, autoescape=mail.is_html)
        )
    )


def _engine_template(name: str) -> Any:
    # Django's wrapper always escapes; the plain text must not be.
    return get_template(name).template  # type: ignore[attr-defined] # of Django's own engine
