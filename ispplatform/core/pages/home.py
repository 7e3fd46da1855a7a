"""The portal's home page: apps add what they know, and what a customer may best do next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from ispplatform.core.actors import Actor
from ispplatform.core.models import Tenant
from ispplatform.core.pages.access import customer_page
from ispplatform.core.slots import Slot

Text = str | Promise


class Urgency(IntEnum):
    """What stands before what when several steps are open; the lowest is shown."""

    OVERDUE = 10
    STOPPED = 20
    UNPAID_ORDER = 30
    EXPIRING = 40
    OPEN_INVOICE = 50
    UNDER_WAY = 60
    START = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class NextStep:
    """One thing that a customer may do now.

    Args:
        title: what is the case, a sentence.
        text: what it means; may be empty.
        label: what the button says.
        url: where the button leads.
        tone: ``good``, ``info``, ``warn`` or ``bad``.
    """

    urgency: Urgency
    title: Text
    text: Text = ""
    label: Text
    url: str
    tone: str = "info"


@dataclass(frozen=True, kw_only=True, slots=True)
class HomeContent:
    """What a part has for one customer.

    Args:
        values: for the part's template; empty leaves the part out.
        steps: what could be done now.
    """

    values: Mapping[str, Any]
    steps: Sequence[NextStep] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class HomePart:
    """One card of the home page.

    Args:
        key: stable name.
        title: what stands above it.
        permission: who sees it.
        template: drawn with ``content``, the part's values.
        content: at most three queries.
        is_wide: takes the whole width instead of a column.
    """

    key: str
    title: Text
    permission: str
    template: str
    content: Callable[[Tenant, Actor], HomeContent]
    is_wide: bool = False


# Orders under way 10, services 20, open invoices 30, domains 40.
PORTAL_HOME: Slot[HomePart] = Slot("portal.home", key=lambda part: part.key)


@require_safe
@customer_page()
def portal_home(request: Any) -> HttpResponse:
    """Show a customer what there is, what is open, and one next step."""
    parts: list[dict[str, Any]] = []
    steps: list[NextStep] = []
    for part in PORTAL_HOME.items():
        if not request.actor.can(part.permission):
            continue
        content = part.content(request.tenant, request.actor)
        steps += content.steps
        if content.values:
            parts.append({"part": part, "content": content.values})
    step = min(steps, key=lambda step: step.urgency, default=None)
    is_calm = step is None or step.urgency == Urgency.START
    context = {"parts": parts, "step": step, "is_calm": is_calm}
    return render(request, "portal/home.html", context)
