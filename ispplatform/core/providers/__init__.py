"""Providers: kinds, back ends and connections. See ``docs/mechanisms/providers.md``."""

from ispplatform.core.providers.base import ProbeReport, Provider, ProviderContext
from ispplatform.core.providers.building import provider_built, provider_for
from ispplatform.core.providers.fields import SettingField
from ispplatform.core.providers.registry import Backend, ProviderKind, backends

__all__ = [
    "Backend",
    "ProbeReport",
    "Provider",
    "ProviderContext",
    "ProviderKind",
    "SettingField",
    "backends",
    "provider_built",
    "provider_for",
]
