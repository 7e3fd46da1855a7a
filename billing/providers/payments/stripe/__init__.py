"""Stripe as payment gateway. See ``docs/mechanisms/stripe.md``."""

from billing.providers.payments.stripe.gateway import StripeGateway

__all__ = ["StripeGateway"]
