"""Addresses of billing's pages for customers."""

from django.urls import path

from billing.portal import documents, paying

app_name = "billing"
urlpatterns = [
    path("billing", documents.home, name="home"),
    path("billing/invoices/<uuid:invoice_id>", documents.invoice, name="invoice"),
    path("billing/documents/<uuid:document_id>/pdf", documents.pdf, name="pdf"),
    path("billing/pay/<uuid:document_id>", paying.pay, name="pay"),
    path("billing/pay/<uuid:document_id>/credit", paying.use_credit, name="use_credit"),
    path("billing/payments/<uuid:payment_id>", paying.payment, name="payment"),
    path("billing/methods", paying.methods, name="methods"),
    path("billing/methods/setup", paying.card_setup, name="card_setup"),
    path("billing/methods/<uuid:method_id>/remove", paying.method_remove, name="method_remove"),
    path("billing/methods/<uuid:method_id>/default", paying.method_default, name="method_default"),
]
