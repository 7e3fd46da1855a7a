"""``/api/v1/customers/{id}/calendar``: what the back office calls *What happens next*."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.serializers.calendar import CalendarAnswer, calendar_shown
from billing.selectors.foretelling import calendar_of_customer
from customers.models import Customer
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.viewsets import StaffViewSet


class CustomerCalendarViewSet(StaffViewSet):
    """What happens to a customer's invoices, subscriptions and names by itself, and when."""

    resource_name = "customer"
    schema_tag = "customers"
    permissions_required = {"show_calendar": "invoices:read"}

    @extend_schema(responses=CalendarAnswer)
    def show_calendar(self, request: Request, customer_id: UUID) -> Response:
        """Return the open and coming invoices with each step to come, what ends, and why.

        Nobody pays, cards are declined, and everything else stays as it is now. A payment ends
        all of it.
        """
        customer = Customer.objects.not_deleted().filter(pk=customer_id).first()
        if customer is None:
            raise self.not_found()
        calendar = calendar_of_customer(customer)
        return ApiResponse(CalendarAnswer(calendar_shown(customer, calendar)).data)
