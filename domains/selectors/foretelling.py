"""What comes to a customer's names by itself and that no invoice foretells."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext

from billing.choices import SubscriptionStatus
from billing.slots import Happening
from customers.models import Customer
from domains.models import Domain
from domains.models.querysets import DomainQuerySet
from ispplatform.core.clock import business_now
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id

NOBODY_IS_BILLED = Q(service=None) | Q(service__subscription=None)
BILLED_NO_MORE = Q(service__subscription__status=SubscriptionStatus.ENDED)


def names_that_run_out(customer: Customer, most: int) -> Sequence[Happening]:
    """Return when names run out that nothing bills, the nearest first. One query.

    Without an invoice nothing renews them; what a subscription bills is foretold by billing.
    """
    rows: DomainQuerySet = Domain.objects.of_customer(customer.pk).expiring_after(
        business_now(tenant_by_id(customer.tenant_id))
    )
    return [
        Happening(
            at=row.expires_at,
            sentence=gettext("%(name)s expires") % {"name": row.unicode_name},
            why=gettext(
                "So its registrar says. No subscription bills it, so nothing renews it by itself."
            ),
            subject=subject_of(row),
        )
        for row in rows.filter(NOBODY_IS_BILLED | BILLED_NO_MORE)[:most]
    ]
