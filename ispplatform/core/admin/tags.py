"""Tags for templates of the back office: ``{% load desk %}``."""

import json
from typing import Any

from django.apps import apps
from django.db import models
from django.http import HttpRequest
from django.template import Context, Library
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ispplatform.core.admin.navigation import steps_to
from ispplatform.core.admin.once import FIELD, new_form_key
from ispplatform.core.admin.owners import owner_link as owner_link_of
from ispplatform.core.admin.shown_fields import list_link as list_link_of
from ispplatform.core.admin.shown_fields import may_follow as may_follow_it
from ispplatform.core.admin.shown_fields import row_link as link_of
from ispplatform.core.providers.registry import backends

register = Library()


@register.inclusion_tag("admin/house/path.html", takes_context=True)
def path_to_here(context: Context) -> dict[str, Any]:
    """Say where one is in the words of the navigation, with a way back to the list."""
    return {"steps": steps_to(context.flatten())}


@register.simple_tag(takes_context=True)
def row_link(context: Context, row: models.Model, text: str = "") -> SafeString | str:
    """Name a row, with a link for those who may open its page: ``{% row_link service.plan %}``."""
    return link_of(context["request"], row, text=text)


@register.simple_tag(takes_context=True)
def owner_link(context: Context, row: Any) -> SafeString | str:
    """Name the customer of a row of ``with_owner_names``, with a link for those who may."""
    return owner_link_of(context["request"], row)


@register.simple_tag(takes_context=True)
def list_link(context: Context, model: str, text: str, **narrowed: Any) -> SafeString | str:
    """Lead to a list, narrowed down: ``{% list_link "core.auditentry" _("All") key=value %}``."""
    return list_link_of(context["request"], apps.get_model(model), text=text, narrowed=narrowed)


@register.simple_tag(takes_context=True)
def may_follow(context: Context, address: str) -> bool:
    """Tell whether a link leads somewhere: ``{% may_follow line.url as is_open %}``."""
    return bool(address) and may_follow_it(context["request"], address)


@register.filter
def provider_kind(code: str) -> str:
    """Say what sort of provider a connection is of: ``{{ row.kind|provider_kind }}``."""
    return backends.label_of(code)


@register.filter
def pretty(body: Any) -> str:
    """Write JSON with a line for each value; any other text stays as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (TypeError, ValueError):
        return str(body or "")


@register.simple_tag(takes_context=True)
def form_key(context: Context) -> SafeString:
    """Return the hidden field by which ``core.admin.once`` knows a form that is sent again."""
    request: HttpRequest = context["request"]
    key = request.POST.get(FIELD) or new_form_key()
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, key)
