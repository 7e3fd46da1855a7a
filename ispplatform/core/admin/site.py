"""The admin site of the house."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite

from ispplatform.core.admin.pages import ADMIN_PAGES
from ispplatform.core.admin.requests import actor_of, tenant_of
from ispplatform.core.admin.search import search_hits, searched_labels
from ispplatform.core.switches.selectors import paused_banners


class HouseAdminSite(UnfoldAdminSite):
    """Unfold's site with our pages, our search, and banners that nobody overlooks."""

    enable_nav_sidebar = True
    empty_value_display = "–"

    def extra_urls(self) -> list[URLPattern]:
        """Return the pages that apps added beside their models."""
        return [
            path(page.path, self.admin_view(page.view), name=page.key)
            for page in ADMIN_PAGES.items()
        ]

    def extra_context(self, context: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
        """Add what every page of the back office shows."""
        known = self.has_permission(request) and tenant_of(request) is not None
        context["paused"] = paused_banners() if known else []
        context["viewer"] = actor_of(request)
        return context

    def search(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Answer the search in the head of each page; an exact find opens its page at once."""
        actor = actor_of(request)
        term = request.GET.get("s", "")
        hits = search_hits(term, actor=actor)
        is_typing = "extended" in request.GET
        exact = [hit for hit in hits if hit.is_exact]
        found = {"hits": hits, "term": term.strip(), "searched": searched_labels(actor)}
        if len(exact) == 1 and not is_typing:
            return HttpResponseRedirect(exact[0].url)
        if is_typing:
            return TemplateResponse(request, "admin/house/command_results.html", found)
        return TemplateResponse(
            request,
            "admin/house/search.html",
            {
                **self.each_context(request),
                **found,
                "title": term,
            },
        )
