"""What higher apps add to customers: page panels, figures, acts, sentences, guards.

Fill a slot in the ``wiring.py`` of the app that knows the answer; see
``docs/mechanisms/customers.md``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Expression
from django.utils.functional import Promise

from customers.models import Customer
from customers.rules.timeline import TimelineFacts
from ispplatform.core.actors import Actor
from ispplatform.core.slots import Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerPanel:
    """One section of the customer page.

    Args:
        key: stable name, also the section's anchor.
        title: what stands above it.
        permission: who sees it; others do not learn that it exists.
        template: rendered with ``customer``, ``actor`` and what ``context`` gives.
        context: at most a few queries; ten rows and a count at most.
    """

    key: str
    title: str | Promise
    permission: str
    template: str
    context: Callable[[Customer, Actor], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerAct:
    """A button at the head of the customer page.

    Args:
        url: address of the page or form behind the button; empty when it does not apply now.
    """

    key: str
    label: str | Promise
    permission: str
    url: Callable[[Customer], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerFact:
    """A short fact in the head of the customer page: what is owed, credit, what happens next."""

    key: str
    label: str | Promise
    permission: str
    value: Callable[[Customer], str | Promise]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerFigure:
    """A figure beside each customer in lists and in the API, by one annotation each.

    Args:
        name: name of the annotation and of the API's field: ``balance``, ``services_count``.
        expression: made anew for each queryset; a correlated subquery without joins. A figure of
            money gives minor units of the customer's currency.
        is_money: whether the API shows it as an amount.
    """

    name: str
    expression: Callable[[], Expression]
    is_money: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineSentence:
    """How an act is told on a customer's timeline; acts without one are told by their name.

    Args:
        act: as the audit trail names it, ``billing.invoice_issue``.
        text: a sentence without the actor, who stands beside it.
    """

    act: str
    text: Callable[[TimelineFacts], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletionGuard:
    """Says why a customer cannot be deleted now: one sentence, or nothing."""

    key: str
    refusal: Callable[[UUID], str]


customer_panels: Slot[CustomerPanel] = Slot("customer.panels", key=lambda item: item.key)
customer_acts: Slot[CustomerAct] = Slot("customer.acts", key=lambda item: item.key)
customer_facts: Slot[CustomerFact] = Slot("customer.facts", key=lambda item: item.key)
customer_figures: Slot[CustomerFigure] = Slot("customer.figures", key=lambda item: item.name)
timeline_sentences: Slot[TimelineSentence] = Slot("customer.timeline", key=lambda item: item.act)
deletion_guards: Slot[DeletionGuard] = Slot("customer.deletion_guards", key=lambda item: item.key)
