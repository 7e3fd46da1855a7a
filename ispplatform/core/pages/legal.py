"""Who the company is: the imprint, and the legal links at the foot of every page."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ispplatform.core.models.tenants import Tenant
from ispplatform.core.pages.brand import LEGAL_LINKS, company_address
from ispplatform.core.slots import Slot
from ispplatform.core.tenant_settings import TenantSetting

Link = tuple[str, str]  # text, address

IMPRINT_LINES = TenantSetting[dict[str, str]](
    key="brand.imprint_lines",
    default={},
    label="What the imprint says beside name, address, e-mail and VAT number: register, directors",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FooterLinks:
    """Links of an app at the foot of every page of the shop and the portal.

    Args:
        links: gives texts and addresses from the company's row, without a query.
    """

    key: str
    links: Callable[[Tenant], list[Link]]


FOOTER_LINKS: Slot[FooterLinks] = Slot("portal.footer", key=lambda item: item.key)


def footer_links(tenant: Tenant | None) -> list[Link]:
    """Return what stands at the foot of a page: the company's own links go before ours."""
    if tenant is None:
        return []
    chosen = list(LEGAL_LINKS.of(tenant).items())
    own = [(_("Imprint"), reverse("pages:imprint"))] if has_imprint(tenant) else []
    own += [link for item in FOOTER_LINKS.items() for link in item.links(tenant)]
    said = {part for text, url in chosen for part in (text.casefold(), url)}
    return chosen + [link for link in own if not said & {link[0].casefold(), link[1]}]


def has_imprint(tenant: Tenant) -> bool:
    """Tell whether the company has said who it is."""
    return bool(tenant.legal_name and company_address(tenant.address))


@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    """Show who the company is."""
    tenant: Tenant | None = request.tenant  # type: ignore[attr-defined] # of TenantMiddleware
    if tenant is None:
        raise Http404
    facts = {
        "lines": company_address(tenant.address),
        "vat_number": tenant.tax_ids.get("vat", ""),
        "further": IMPRINT_LINES.of(tenant).items(),
    }
    return render(request, "portal/imprint.html", facts)
