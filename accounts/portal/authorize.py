"""The page on which customers agree that a program acts for them."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.consents import consent_answer, with_way_back
from accounts.pages import page
from ispplatform.core.pages.access import customer_page


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page("own_sessions:manage")
def authorize(request: HttpRequest) -> HttpResponse:
    """Ask a customer whether a program may act, and send the browser back."""
    answer = consent_answer(request)
    if isinstance(answer, HttpResponse):
        return answer
    values, status = answer
    return with_way_back(page(request, "authorize", values, status=status), values)
