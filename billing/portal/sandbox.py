"""The sandbox bank's page, where a customer confirms or refuses a payment."""

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from billing.providers.payments.base import ChargeState
from billing.services.sandbox import sandbox_charge_answer, sandbox_charge_by_reference
from ispplatform.core.errors import NotFound


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask whether the payment is wanted, take the answer, and send the customer back.

    Whoever knows the reference may answer, as with a real bank's page; nothing here is real.
    """
    try:
        if request.method == "POST":
            approved = request.POST.get("answer") == "approve"
            charge = sandbox_charge_answer(reference=reference, approved=approved)
            return HttpResponseRedirect(_back(charge.return_url))
        charge = sandbox_charge_by_reference(reference)
    except NotFound as error:
        raise Http404 from error
    context = {
        "charge": charge,
        "is_waiting": charge.state == ChargeState.REQUIRES_ACTION,
        "back": _back(charge.return_url),
    }
    return render(request, "billing/sandbox_confirm.html", context)


def _back(return_url: str) -> str:
    """Return the address on this host; the sandbox never sends anybody elsewhere."""
    path = urlsplit(return_url).path
    return path if path.startswith("/") and not path.startswith("//") else reverse("billing:home")
