"""A fake of Stripe, ours and strict: it does what Stripe's pages say and a lenient one forgets.

It keeps idempotency keys with their first answer (500s too), refuses parameters that it does not
know, requests without the pinned version, over-refunds, detached cards and captures beyond what
is reserved; it can answer late, wrong, or not at all. What it says was held against
docs.stripe.com (error-low-level, idempotent_requests, payment_intents, refunds, disputes).

``account`` keeps the objects, ``customers``, ``payments`` and ``refunds`` do what requests ask,
``answering`` knows keys and troubles, ``server`` is how it is reached, and ``acts`` are what a
test, a browser or a bank does there.
"""

from tests.billing.gateways.fake_stripe.acts import FakeStripe
from tests.billing.gateways.fake_stripe.server import fake_stripe_running

__all__ = ["FakeStripe", "fake_stripe_running"]
