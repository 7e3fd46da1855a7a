"""Addresses of billing."""

from typing import Any

from django.urls import path

from billing.api.views.calendar import CustomerCalendarViewSet
from billing.api.views.gateways import StripeEventView
from billing.api.views.invoices import InvoiceViewSet
from billing.api.views.methods import PaymentMethodViewSet
from billing.api.views.payments import PaymentViewSet
from billing.api.views.portal import (
    PortalInvoiceViewSet,
    PortalPaymentMethodViewSet,
    PortalPaymentViewSet,
)
from billing.api.views.subscriptions import SubscriptionViewSet
from ispplatform.core.api.routers import ApiRouter, Routes

COLLECTION: dict[str, Any] = {"get": "list", "post": "create"}

staff = ApiRouter()
staff.register("invoices", InvoiceViewSet, basename="invoices")
staff.register("payments", PaymentViewSet, basename="payments")
staff.register("payment-methods", PaymentMethodViewSet, basename="payment-methods")
staff.register("subscriptions", SubscriptionViewSet, basename="subscriptions")
staff_routes: Routes = [
    *staff.urls,
    path(
        "customers/<uuid:customer_id>/calendar",
        CustomerCalendarViewSet.as_view({"get": "show_calendar"}),
        name="customer-calendar",
    ),
    path(
        "customers/<uuid:customer_id>/payment-methods",
        PaymentMethodViewSet.as_view(COLLECTION),
        name="customer-payment-methods-list",
    ),
    path(
        "gateways/stripe/events/<uuid:connection_id>",
        StripeEventView.as_view(),
        name="gateway-stripe-events",
    ),
]

portal = ApiRouter()
portal.register("billing/invoices", PortalInvoiceViewSet, basename="billing-invoices")
portal.register("billing/payments", PortalPaymentViewSet, basename="billing-payments")
portal.register(
    "billing/payment-methods", PortalPaymentMethodViewSet, basename="billing-payment-methods"
)
portal_routes: Routes = portal.urls
