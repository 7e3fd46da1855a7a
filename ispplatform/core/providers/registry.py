"""Kinds of provider and the classes that can serve them."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ispplatform.core.errors import InvalidInput
from ispplatform.core.providers.fields import SettingField


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderKind:
    """A sort of provider, with the Protocol that all its back ends meet.

    Args:
        code: what connections are stored with: ``registrar``, ``panel``.
        party: whom staff wait for while it decides: ``registrar``.
        protocol: a Protocol that extends ``Provider``.
    """

    code: str
    label: str
    party: str
    protocol: type


@dataclass(frozen=True, kw_only=True, slots=True)
class Backend:
    """One class that serves a kind.

    Args:
        sandbox: nothing it does is real; it ships with the product and needs no network.
        is_live_account: tells from the credentials whether they are for a live account (True), a
            test account (False), or cannot tell (None, then they count as live).
        check: raises InvalidInput when settings and credentials, each right by itself, do not fit
            together; asked when a connection is kept and when it is used.
        notices_path: where the provider sends notices to, with ``{connection_id}``; empty when it
            sends none. Staff read it on the connection's page.
    """

    kind: str
    name: str
    label: str
    cls: type
    sandbox: bool
    credential_fields: tuple[SettingField, ...]
    config_fields: tuple[SettingField, ...]
    is_live_account: Callable[[Mapping[str, Any]], bool | None]
    check: Callable[[Mapping[str, Any], Mapping[str, Any]], None]
    notices_path: str


def _fits(config: Mapping[str, Any], credentials: Mapping[str, Any]) -> None:
    """Nothing to compare."""


def _cannot_tell(credentials: Mapping[str, Any]) -> bool | None:
    return None


class Backends:
    """The registry; each app fills it from its ``wiring.py``."""

    def __init__(self) -> None:
        self._kinds: dict[str, ProviderKind] = {}
        self._backends: dict[tuple[str, str], Backend] = {}

    def register_kind(
        self, code: str, *, label: str, protocol: type, party: str = "provider"
    ) -> None:
        """Add a kind. Raises ValueError when it exists with another Protocol."""
        kind = ProviderKind(code=code, label=label, party=party, protocol=protocol)
        if self._kinds.setdefault(code, kind) != kind:
            raise ValueError(f"The provider kind {code} is registered twice.")

    def register(
        self,
        kind: str,
        name: str,
        cls: type,
        *,
        label: str,
        sandbox: bool = False,
        credential_fields: tuple[SettingField, ...] = (),
        config_fields: tuple[SettingField, ...] = (),
        is_live_account: Callable[[Mapping[str, Any]], bool | None] = _cannot_tell,
        check: Callable[[Mapping[str, Any], Mapping[str, Any]], None] = _fits,
        notices_path: str = "",
    ) -> None:
        """Add a back end; a system check holds ``cls`` against the Protocol of its kind.

        Raises:
            ValueError: another class has this name, or the kind is not registered yet.
        """
        if kind not in self._kinds:
            raise ValueError(f"Register the provider kind {kind} before its back end {name}.")
        known = self._backends.get((kind, name))
        if known is not None and known.cls is not cls:
            raise ValueError(f"The back end {kind}/{name} is registered twice.")
        self._backends[kind, name] = Backend(
            kind=kind,
            name=name,
            label=label,
            cls=cls,
            sandbox=sandbox,
            credential_fields=credential_fields,
            config_fields=config_fields,
            is_live_account=is_live_account,
            check=check,
            notices_path=notices_path,
        )

    def kinds(self) -> list[ProviderKind]:
        """Return every kind, by code."""
        return [self._kinds[code] for code in sorted(self._kinds)]

    def kind(self, code: str) -> ProviderKind:
        """Return a kind. Raises InvalidInput when nobody registered it."""
        if code not in self._kinds:
            raise InvalidInput(f"There is no kind of provider {code}.", field="kind")
        return self._kinds[code]

    def party_of(self, code: str) -> str:
        """Return whom staff wait for; "provider" for a kind that this release lacks."""
        kind = self._kinds.get(code)
        return kind.party if kind is not None else "provider"

    def label_of(self, code: str) -> str:
        """Return what staff call a kind; its code where this release lacks it."""
        kind = self._kinds.get(code)
        return kind.label if kind is not None else code

    def of_kind(self, kind: str) -> list[Backend]:
        """Return the back ends of a kind, by name."""
        return [self._backends[key] for key in sorted(self._backends) if key[0] == kind]

    def get(self, kind: str, name: str) -> Backend:
        """Return a back end. Raises InvalidInput when nobody registered it."""
        if (kind, name) not in self._backends:
            raise InvalidInput(f"There is no back end {name} for {kind}.", field="backend")
        return self._backends[kind, name]

    def known(self, kind: str, name: str) -> Backend | None:
        """Return a back end, or None when this release lacks it."""
        return self._backends.get((kind, name))

    def shortcomings(self) -> list[str]:
        """Return a sentence for each way in which a class fails its kind's Protocol."""
        return [
            f"{backend.kind}/{backend.name}: {backend.cls.__qualname__} {wrong}"
            for backend in self._backends.values()
            for wrong in shortcomings_of(backend.cls, self._kinds[backend.kind].protocol)
        ]


backends = Backends()


def shortcomings_of(cls: type, protocol: type) -> list[str]:
    """Return how ``cls`` fails ``protocol``: members it lacks, parameters that do not fit."""
    wrong = []
    for name, wanted in sorted(_members(protocol).items()):
        offered = inspect.getattr_static(cls, name, None)
        if offered is None and name not in getattr(cls, "__annotations__", {}):
            wrong.append(f"has no {name}")
        elif inspect.isfunction(wanted) and not inspect.isfunction(offered):
            wrong.append(f"has {name}, but not as a method")
        elif inspect.isfunction(wanted) and inspect.isfunction(offered):
            wrong += [f"{name}() {reason}" for reason in _misfits(wanted, offered)]
    return wrong


def calls_of(protocol: type) -> list[str]:
    """Return the names of what a kind's back ends can be asked to do, by name."""
    return [
        name for name, member in sorted(_members(protocol).items()) if inspect.isfunction(member)
    ]


def _members(protocol: type) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for base in reversed(protocol.__mro__):
        if base is object or base is Protocol or not getattr(base, "_is_protocol", False):
            continue
        names = {*vars(base), *vars(base).get("__annotations__", {})}
        members |= {name: vars(base).get(name) for name in names if not name.startswith("_")}
    return members


def _misfits(wanted: Any, offered: Any) -> list[str]:
    asked = inspect.signature(wanted).parameters
    given = inspect.signature(offered).parameters
    misfits = [f"lacks the parameter {name}" for name in asked if name not in given]
    misfits += [
        f"needs the parameter {name}, which nobody gives"
        for name, parameter in given.items()
        if name not in asked
        and parameter.default is inspect.Parameter.empty
        and parameter.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    ]
    misfits += [
        f"takes {name} in another way"
        for name, parameter in asked.items()
        if name in given and given[name].kind is not parameter.kind
    ]
    return misfits
