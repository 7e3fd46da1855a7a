"""System check: every kind of operation says what repeating it means, and can keep its word."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from ispplatform.core.operations.kinds import kinds
from ispplatform.core.providers.registry import backends


@register
def check_kinds(*, app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report kinds whose declaration is incomplete or contradicts itself."""
    wrong = [
        f"Operation kind {kind.name} {sentence}."
        for kind in kinds.all()
        for sentence in kind.shortcomings()
    ]
    known = {kind.code for kind in backends.kinds()}
    wrong += [
        f"Operation kind {kind.name} needs a connection of the unknown kind {kind.connection_kind}."
        for kind in kinds.all()
        if kind.connection_kind and kind.connection_kind not in known
    ]
    return [Error(sentence, id="core.E031") for sentence in wrong]
