"""The page on which somebody accepts the invitation to work here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.errors import LinkInvalid
from accounts.forms import InvitationForm, KnownInvitationForm
from accounts.pages import limited, page
from accounts.selectors.invitations import has_password
from accounts.services.invitations import invitation_accept, invitation_read
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.refusals import refuse_form


@sensitive_post_parameters()
@limited("auth")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Make whoever follows the link a colleague, with a new password or the one they have."""
    try:
        row = invitation_read(token=token)
    except LinkInvalid as error:
        return page(request, "invitation_invalid", {}, status=error.http_status)
    is_known = has_password(row.email)
    sent = request.POST if request.method == "POST" else None
    if is_known:
        form = KnownInvitationForm(sent)
    else:
        names = {"first_name": row.first_name, "last_name": row.last_name}
        form = InvitationForm(sent, initial=names)
    if sent is not None and form.is_valid():
        values = form.cleaned_data
        try:
            invitation_accept(
                token=token,
                password=values["new_password"],
                first_name=values.get("first_name", ""),
                last_name=values.get("last_name", ""),
            )
        except LinkInvalid as error:
            return page(request, "invitation_invalid", {}, status=error.http_status)
        except PlatformError as error:
            refuse_form(form, error)
        else:
            messages.success(request, _("You are in. Log in with your password."))
            return HttpResponseRedirect(reverse("staff:log_in"))
    return page(request, "invitation", {"form": form, "email": row.email, "is_known": is_known})
