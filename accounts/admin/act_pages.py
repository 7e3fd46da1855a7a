"""Pages that make something through a form: they look like an act and belong to no row yet."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, blame
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.admin.pages import StaffPage
from ispplatform.core.errors import PlatformError


class MakePage(StaffPage):
    """The base: ``form_class`` is asked for, ``make`` calls the service.

    Attributes:
        form_class: gives the form's class for a request.
        label: the button.
        back_url: gives the list that one returns to.
    """

    template_name = "admin/house/act.html"
    label: Any = ""
    back_url: Callable[[], str]

    def form_class(self) -> type[forms.Form]:
        """Return the class of the form."""
        raise TypeError(f"{type(self).__name__} needs form_class().")

    def begun_with(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the form begins with."""
        return {}

    def make(self, actor: Actor, request: HttpRequest, values: dict[str, Any]) -> tuple[str, str]:
        """Call the service; return the sentence that tells it and the page shown next."""
        raise TypeError(f"{type(self).__name__} needs make().")

    def content(self, request: HttpRequest) -> dict[str, Any]:
        return self._asked(dressed(self.form_class()(initial=self.begun_with(request))))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = dressed(self.form_class()(request.POST))
        if form.is_valid():
            try:
                sentence, url = self.make(self.actor, request, form.cleaned_data)
            except PlatformError as error:
                blame(form, error)
            else:
                messages.success(request, sentence)
                return HttpResponseRedirect(url)
        return self.shown(request, self._asked(form))

    def _asked(self, form: forms.Form) -> dict[str, Any]:
        act = Act(
            name="make", label=self.label, permission=self.permission, run=_never, tone="main"
        )
        return {"form": form, "act": act, "row": "", "row_url": type(self).back_url()}


def _never(actor: Actor, row: Any, values: Any) -> str:
    raise TypeError("The page itself calls the service.")
