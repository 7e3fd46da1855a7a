"""What higher apps say about plans."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from ispplatform.core.slots import Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanParameters:
    """What a plan of one type must tell its provisioner.

    Args:
        type: a ``PlanType``.
        check: returns a sentence when these parameters cannot be provisioned, else nothing.
        help_text: the names and units, for whoever fills the form.
    """

    type: str
    check: Callable[[Mapping[str, Any]], str]
    help_text: str | Promise = ""


plan_parameters: Slot[PlanParameters] = Slot("catalog.plan_parameters", key=lambda item: item.type)
