"""The words for a row's status, beside the canonical value."""

from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers

from ispplatform.core.api.fields import Computed
from ispplatform.core.money import from_minor
from ispplatform.core.pages.formats import format_locale
from ispplatform.core.pages.statuses import current_reader, standing_rule, standing_text


class StatusLabel(Computed):
    """``status_label``: the words of ``docs/statuses.md`` for whoever reads the answer.

    Args:
        kind: what the app declared, for example ``billing.invoice``.
        column: where the status stands, when the kind says nothing beyond it.
    """

    def __init__(self, kind: str, column: str = "status", **kwargs: Any) -> None:
        self.kind = kind
        self.rule = standing_rule(kind, column)
        output = serializers.CharField(help_text="The status as people read it.")
        super().__init__(output, *self.rule.columns, compute=self.words, **kwargs)

    def words(self, *values: Any) -> str:
        """Return the words for a row's raw columns."""
        named = dict(zip(self.rule.columns, values, strict=True))
        for name in self.rule.money:
            named[name] = from_minor(named[name] or 0, named["currency"])
        locale = format_locale(get_language() or "en")
        return standing_text(
            self.kind, self.rule.compute(*named.values()), locale, current_reader()
        )
