"""Who does things in the history, as the audit trail names them."""

from accounts.models import User
from customers.models import Customer
from demo.company import MAIL_DOMAIN
from ispplatform.core.actors import EVERYTHING, Actor, ActorType

LOADER = Actor.system("demo")


def staff(role: str) -> Actor:
    """Return the colleague of a role (``billing``, ``support``)."""
    user = User.objects.get(email=f"{role}@{MAIL_DOMAIN}")
    return Actor(
        type=ActorType.USER, id=str(user.pk), label=user.email, permissions=frozenset({EVERYTHING})
    )


def buyer(customer: Customer) -> Actor:
    """Return the customer, acting in the portal."""
    return Actor(
        type=ActorType.CUSTOMER,
        id=str(customer.pk),
        label=customer.email,
        permissions=frozenset({"own_orders:create"}),
        customer_id=customer.pk,
    )
