"""The documents that customers accept, as links at the foot of every page."""

from django.urls import reverse
from django.utils.translation import gettext as _

from ispplatform.core.models.tenants import Tenant
from sales.settings import ACCEPTED_DOCUMENTS


def document_links(tenant: Tenant) -> list[tuple[str, str]]:
    """Return the documents that have a text, here or elsewhere, by their titles."""
    links = []
    for one in ACCEPTED_DOCUMENTS.of(tenant):
        title = one["title"]
        if one.get("text") or one.get("url"):
            links.append((_(title), reverse("sales:document", args=[one["code"]])))
    return links
