"""System check: every back end meets the Protocol of its kind."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from ispplatform.core.providers.registry import backends


@register
def check_backends(*, app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report what classes lack: better at the start than on a customer's order."""
    return [Error(wrong, id="core.E030") for wrong in backends.shortcomings()]
