"""The page of settings: which of them belong together, and how that is called."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ispplatform.core.slots import Slot
from ispplatform.core.tenant_settings import TenantSetting

Text = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingArea:
    """Settings that belong together.

    Args:
        key: what their keys begin with; of two areas the longer one has a setting.
        title: what people call them.
    """

    key: str
    title: Text


SETTING_AREAS: Slot[SettingArea] = Slot("admin.setting_areas", key=lambda area: area.key)
SETTING_AREAS.fill(SettingArea(key="brand.", title=_("Looks and legal texts")), order=10)
SETTING_AREAS.fill(SettingArea(key="core.", title=_("Automation and how long is kept")), order=90)


def settings_by_area(
    settings: Sequence[TenantSetting[Any]],
) -> list[tuple[SettingArea, list[TenantSetting[Any]]]]:
    """Return the settings by area, in the order of the areas; each in exactly one.

    Raises:
        LookupError: no area has one of them.
    """
    areas = SETTING_AREAS.items()
    found: dict[str, list[TenantSetting[Any]]] = {area.key: [] for area in areas}
    for setting in settings:
        fitting = [area.key for area in areas if setting.key.startswith(area.key)]
        if not fitting:
            raise LookupError(f"No area of settings has {setting.key}.")
        found[max(fitting, key=len)].append(setting)
    return [(area, found[area.key]) for area in areas if found[area.key]]


def value_words(value: Any) -> str:
    """Return a setting's value as words, for people who compare it with another."""
    if isinstance(value, bool):
        return _t("on") if value else _t("off")
    if value in ("", [], {}):
        return _t("empty")
    if isinstance(value, dict):
        return "; ".join(f"{name}: {part}" for name, part in value.items())
    if isinstance(value, list):
        named = [part.get("title", "") if isinstance(part, dict) else str(part) for part in value]
        return ", ".join(named)
    return str(value)
