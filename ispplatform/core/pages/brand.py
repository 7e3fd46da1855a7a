"""The tenant's brand as pages, mails and documents show it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from django.utils.safestring import SafeString

from ispplatform.core.pages.colors import Accent, dark_accent, is_hex, light_accent
from ispplatform.core.pages.markup import as_markup
from ispplatform.core.tenant_settings import HasSettings, TenantSetting

DEFAULT_ACCENT = "#0b5d6b"
_UPLOADED = re.compile(r"/brand/logos/([0-9a-f]{64})\.png")


def _check_color(value: str) -> str:
    return "" if is_hex(value) else "Write a colour as #rrggbb, for example #0b5d6b."


def _check_logo(value: str) -> str:
    fine = value == "" or (value.startswith("/") and not value.startswith("//"))
    return "" if fine else "Give an address on this site, starting with one slash."


ACCENT_COLOR = TenantSetting(
    key="brand.accent_color",
    default=DEFAULT_ACCENT,
    label="Accent colour of pages, mails and documents (#rrggbb)",
    check=_check_color,
)
LOGO = TenantSetting(
    key="brand.logo",
    default="",
    label="Address of the logo on this site; empty shows the name",
    check=_check_logo,
    changed_at="admin:logo",
)
LEGAL_LINKS = TenantSetting[dict[str, str]](
    key="brand.legal_links",
    default={},
    label="Links at the foot of every page, by their text: imprint, terms, privacy",
    check=lambda links: (
        ""
        if all(str(url).startswith(("/", "https://", "mailto:")) for url in links.values())
        else "A link starts with /, https:// or mailto:."
    ),
)


def logo_address(digest: str) -> str:
    """Return where a logo that was uploaded is shown, by the SHA-256 of its PNG."""
    return f"/brand/logos/{digest}.png"


def logo_digest(tenant: HasSettings) -> str:
    """Return the SHA-256 of the logo that was uploaded; empty where the name stands instead."""
    found = _UPLOADED.fullmatch(LOGO.of(tenant))
    return found[1] if found else ""


class HasBrand(HasSettings, Protocol):
    """What a tenant tells about its brand."""

    name: str


@dataclass(frozen=True, slots=True)
class Brand:
    """A name and its colours."""

    name: str
    logo: str
    light: Accent
    dark: Accent
    legal_links: tuple[tuple[str, str], ...]

    @property
    def initial(self) -> str:
        """The letter that stands where there is no logo."""
        return self.name[:1].upper()

    @property
    def css(self) -> SafeString:
        """The five accent tokens of ``tokens.css``; made of checked hexadecimal colours only."""
        pairs = {
            "accent": (self.light.ground, self.dark.ground),
            "accent-strong": (self.light.ground_strong, self.dark.ground_strong),
            "on-accent": (self.light.on_ground, self.dark.on_ground),
            "accent-ink": (self.light.ink, self.dark.ink),
            "accent-mark": (self.light.mark, self.dark.mark),
        }
        lines = (f"--{name}:light-dark({one},{other})" for name, (one, other) in pairs.items())
        return as_markup(":root{" + ";".join(lines) + "}")


@lru_cache(maxsize=256)
def _accents(chosen: str) -> tuple[Accent, Accent]:
    color = chosen if is_hex(chosen) else DEFAULT_ACCENT
    return light_accent(color), dark_accent(color)


def brand_of(tenant: HasBrand | None) -> Brand:
    """Return the tenant's brand; without a tenant that of the installation."""
    if tenant is None:
        light, dark = _accents(DEFAULT_ACCENT)
        return Brand(name="ISP Platform", logo="", light=light, dark=dark, legal_links=())
    light, dark = _accents(ACCENT_COLOR.of(tenant))
    return Brand(
        name=tenant.name,
        logo=LOGO.of(tenant),
        light=light,
        dark=dark,
        legal_links=tuple(LEGAL_LINKS.of(tenant).items()),
    )


def company_address(address: Mapping[str, Any]) -> list[str]:
    """Return a company's address as lines, from what its page asks for, or lines as they are."""
    if "lines" in address:
        return [str(line) for line in address["lines"]]
    town = f"{address.get('postal_code', '')} {address.get('city', '')}".strip()
    parts = (address.get("street", ""), address.get("street2", ""), town)
    return [str(part) for part in parts if part]
