"""Runs localstripe on 127.0.0.1, with what it lacks of the calls that we make.

Added: ``/v1/account``; a description, an address to return to and an agreement for later on
payments; payments listed by customer; what was taken in ``amount_received``; the bank's page of a
card that asks for the customer, at ``/_config/bank/<payment>?answer=yes``. Not mended: it forgets
idempotency keys, ignores ``off_session``, gives back more than came, charges detached cards.

Usage: ``python localstripe_server.py PORT``.
"""

import sys

from aiohttp import web
from localstripe import resources, server

HOST = "127.0.0.1"
BANK = "/_config/bank/"  # addresses under /_config need no key


async def account(request):
    return web.json_response(
        {
            "id": "acct_localstripe",
            "object": "account",
            "charges_enabled": True,
            "settings": {"dashboard": {"display_name": "Northwind at localstripe"}},
        }
    )


async def bank(request):
    """Answer for the customer and send the browser back, as the bank's page does."""
    intent = resources.PaymentIntent._api_retrieve(request.match_info["id"])
    back = intent._return_url
    try:
        resources.PaymentIntent._api_authenticate(
            intent.id,
            client_secret=intent.client_secret,
            success=request.query.get("answer") == "yes",
        )
    except server.UserError as refused:
        if refused.code != 402:
            raise
    raise web.HTTPFound(back)


def extend_payments(base):
    kind = resources.PaymentIntent
    create, confirm = kind._api_create.__func__, kind._confirm
    list_all = kind._api_list_all.__func__

    def api_create(cls, **data):
        more = {
            name: data.pop(name, None)
            for name in ("description", "return_url", "setup_future_usage", "payment_method_types")
        }
        cls._next_return_url = more["return_url"]
        return create(cls, **data)

    def confirmed(self, on_failure_now):
        self._return_url = type(self)._next_return_url
        confirm(self, on_failure_now)
        if self.next_action and self._return_url:
            self.next_action = {
                "type": "redirect_to_url",
                "redirect_to_url": {
                    "url": f"{base}{BANK}{self.id}",
                    "return_url": self._return_url,
                },
            }

    def api_list_all(cls, url, customer=None, **data):
        found = list_all(cls, url, **data)
        if customer is not None:
            found._list = [row for row in found._list if row.customer == customer]
        found._list.reverse()
        return found

    def amount_received(self):
        charge = self.latest_charge
        if self.status != "succeeded":
            return 0
        taken_back = [
            refund.amount
            for refund in resources.Refund._api_list_all("", charge=charge.id)._list
            if not refund.metadata
        ]
        return charge.amount - sum(taken_back)  # a capture of less shows as a refund here

    kind._api_create = classmethod(api_create)
    kind._confirm = confirmed
    kind._api_list_all = classmethod(api_list_all)
    kind.amount_received = property(amount_received)


def main(port):
    resources.Store.dump_to_disk = lambda self: None
    extend_payments(f"http://{HOST}:{port}")
    server.app.router.add_get("/v1/account", account)
    server.app.router.add_get(BANK + "{id}", bank)
    server.app.router.add_get("/_config/alive", account)
    web.run_app(server.app, host=HOST, port=port, print=None, handle_signals=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
