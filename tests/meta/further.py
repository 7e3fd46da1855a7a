"""More rows of whatever a list shows: more customers, and more under the rows of one of them.

A list that these leave as it was fails ``test_queries.py``, unless it is named there with why.
"""

from django.db import transaction

from accounts.models import LoginFailure, Membership
from billing.choices import DocumentKind
from billing.models import NumberSeries
from catalog.models import Plan
from domains.models import DnsZone
from hosting.models import MailDomain
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.models import BulkRow, BulkRun
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context
from sales.services.carts import cart_find, cart_line_add
from tests.factories.accounts import PortalAccountFactory
from tests.factories.catalog import PlanFactory, PriceFactory
from tests.factories.core import BulkRowFactory, TenantFactory
from tests.factories.domains import DnsRecordFactory, RegistrarConnectionFactory
from tests.factories.hosting import HostingServerFactory, MailboxFactory
from tests.meta.stock import SYSTEM, Owned, customer_with_all, having

CURRENCIES = ("CHF", "USD", "GBP", "SEK", "PLN")


def further(owned: Owned, *words: str) -> None:
    """Make, for each word, one more of every kind, of this customer and of another."""
    with tenant_context(owned.tenant.pk):
        for word, currency in zip(words, CURRENCIES, strict=False):
            customer_with_all(owned.shop, f"{word}-too")
            having(Owned(word=word, shop=owned.shop, account=owned.account))
            _under(owned, word, currency)
        for year, word in enumerate(words, start=2000):
            _set_up(word, year)
            _into_the_cart(owned, f"{word}-next.example")


def _under(owned: Owned, word: str, currency: str) -> None:
    """Put more under the rows that addresses name."""
    PortalAccountFactory(customer_id=owned.customer.pk)
    with transaction.atomic():
        for person in (owned.account.user, owned.rows[Membership].user):
            audit("accounts.log_in", actor=SYSTEM, subject=subject_of(person))
    PriceFactory(plan=owned.rows[Plan], currency=currency)
    DnsRecordFactory(zone=owned.rows[DnsZone], name=word)
    run = owned.rows[BulkRun]
    BulkRowFactory(run=run, position=BulkRow.objects.filter(run=run).count(), subject_label=word)
    MailboxFactory(mail_domain=owned.rows[MailDomain], local_part=word)


def _into_the_cart(owned: Owned, name: str) -> None:
    """Put a site more into the customer's open cart, where there is one."""
    if cart := cart_find(cart_id=None, customer=owned.customer):
        cart_line_add(
            cart=cart,
            plan=owned.shop.hosting_plan,
            cycle="monthly",
            domain_mode="register",
            domain_name=name,
        )


def _set_up(word: str, year: int) -> None:
    """Make more of what the company itself has, and of what the installation's operator sees."""
    PriceFactory(plan=PlanFactory(name=word))
    RegistrarConnectionFactory(name=word)
    HostingServerFactory(name=word)
    NumberSeries.objects.create(kind=DocumentKind.INVOICE, year=year)
    LoginFailure.objects.create(account_digest=word, last_failed_at=system_now())
    TenantFactory()
