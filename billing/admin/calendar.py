"""*What happens next*: one customer's open and coming invoices, step by step."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from billing.office_calendar import calendar_page
from customers.models import Customer
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage, StaffPage


class CalendarPage(StaffPage):
    """What will happen to a customer's invoices by itself, when, why, and what would stop it."""

    title = _("What happens next")
    template_name = "billing/admin/calendar.html"
    permission = "invoices:read"

    def content(self, request: HttpRequest) -> dict[str, Any]:
        rows = Customer.objects.not_deleted().filter(pk=self.kwargs["customer_id"])
        customer = rows.first()
        if customer is None:
            raise Http404
        return calendar_page(customer, self.actor)


ADMIN_PAGES.fill(
    AdminPage(
        key="customer_calendar",
        path="what-happens-next/<uuid:customer_id>/",
        view=CalendarPage.as_view(),
    )
)
