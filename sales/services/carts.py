"""Filling a cart. No log-in is needed; nothing here costs anybody anything."""

from typing import Any
from uuid import UUID

from django.db import transaction

from billing.selectors.parties import present_tenant
from catalog.choices import BillingCycle, DomainOffer, PlanType
from catalog.models import Plan
from catalog.selectors import domain_plan_for, price_for, prices_in_force
from customers.choices import CustomerType
from customers.models import Customer
from domains.rules.names import parse_domain_name
from ispplatform.core.clock import business_today
from sales.choices import CartStatus
from sales.errors import CartClosed, DomainTaken, LineNotOrderable
from sales.models import Cart, CartLine

MOST_LINES = 50


def cart_open(
    *, customer: Customer | None = None, currency: str = "", country: str = "", email: str = ""
) -> Cart:
    """Make an empty cart; a customer's has the customer's currency and type.

    Args:
        currency: for visitors; empty: the tenant's.
        country: where the visitor lives, for the tax that is shown; empty: the tenant's.
    """
    tenant = present_tenant()
    if customer is None:
        return Cart.objects.create(
            currency=currency or tenant.currency, country=country or tenant.country, email=email
        )
    return Cart.objects.create(
        customer=customer,
        currency=customer.currency or currency or tenant.currency,
        customer_type=customer.customer_type,
        country=country or tenant.country,
        email=customer.email,
    )


def cart_find(*, cart_id: UUID | str | None, customer: Customer | None) -> Cart | None:
    """Return the open cart that a browser or a customer left, or None.

    A cart made before logging in becomes the customer's. Nobody is given another customer's cart.
    """
    rows = Cart.objects.filter(status=CartStatus.OPEN)
    if cart_id is not None:
        found = rows.filter(pk=cart_id).first()
        if found is not None and found.customer_id in {None, customer.pk if customer else None}:
            return cart_adopt(cart=found, customer=customer) if customer else found
    if customer is None:
        return None
    return rows.filter(customer=customer).order_by("-updated_at").first()


def cart_adopt(*, cart: Cart, customer: Customer) -> Cart:
    """Give a visitor's cart to the customer who logged in; prices are the customer's from now."""
    if cart.customer_id == customer.pk:
        return cart
    cart.customer = customer
    cart.customer_type = customer.customer_type
    cart.currency = customer.currency or cart.currency
    cart.email = customer.email
    cart.save(update_fields=["customer", "customer_type", "currency", "email"])
    return cart


def cart_set_buyer(*, cart: Cart, customer_type: str = "", country: str = "") -> Cart:
    """Show the cart as a consumer (with tax) or a business (without) of a country sees it.

    Raises:
        CartClosed: it is ordered.
        LineNotOrderable: a plan in it is not sold to this type; ``field`` is ``customer_type``.
    """
    _require_open(cart)
    if cart.customer_id is not None:
        return cart
    if customer_type and customer_type not in CustomerType.values:
        raise LineNotOrderable("Choose person or business.", field="customer_type")
    wanted = customer_type or cart.customer_type
    for line in cart.lines.select_related("plan"):
        if wanted not in line.plan.customer_types:
            raise LineNotOrderable(
                f"{line.plan.name} is not sold to this kind of customer.", field="customer_type"
            )
    cart.customer_type = wanted
    cart.country = country or cart.country
    cart.save(update_fields=["customer_type", "country"])
    return cart


def cart_line_add(
    *,
    cart: Cart,
    plan: Plan,
    cycle: str,
    quantity: int = 1,
    domain_mode: str = "",
    domain_name: str = "",
    configuration: dict[str, Any] | None = None,
) -> CartLine:
    """Put a plan into the cart.

    It talks to no registrar: ``names_require_free`` has asked before.

    A hosting plan with ``domain_mode`` ``register`` brings a line for the domain along; taking the
    hosting out takes that one out too.

    Args:
        cycle: a ``BillingCycle`` for which the plan has a price.
        domain_mode: hosting only: ``register``, ``own`` or ``later``, as the plan offers.
        domain_name: in any spelling; for a domain, or for hosting unless ``later``.

    Raises:
        CartClosed: the cart is ordered.
        LineNotOrderable: the plan cannot be bought like this; ``field`` says what is wrong.
        DomainTaken: the name is in this cart already.
        DomainNotOffered, PriceNotFound: no price for it.
    """
    _require_open(cart)
    _require_plan_for(cart, plan)
    on = business_today(present_tenant())
    price_for(
        plan=plan, currency=cart.currency, cycle=cycle, customer_type=cart.customer_type, on=on
    )
    registers = plan.type == PlanType.DOMAIN or domain_mode == DomainOffer.REGISTER
    name = _checked_name(plan, domain_mode=domain_mode, domain_name=domain_name)
    if plan.type == PlanType.DOMAIN and domain_plan_for(name) != plan:
        raise LineNotOrderable(f"{name} is not sold by {plan.name}.", field="domain_name")
    if registers:
        _require_once(cart, name)
    with transaction.atomic():
        _require_open(Cart.objects.select_for_update().get(pk=cart.pk))
        if cart.lines.count() >= MOST_LINES:
            raise LineNotOrderable(f"A cart holds at most {MOST_LINES} lines.", field="plan")
        line = CartLine.objects.create(
            cart=cart,
            plan=plan,
            cycle=cycle,
            quantity=1 if plan.type in {PlanType.DOMAIN, PlanType.HOSTING} else quantity,
            domain_mode=domain_mode,
            domain_name=name,
            configuration=configuration or {},
        )
        if plan.type == PlanType.HOSTING and domain_mode == DomainOffer.REGISTER:
            _add_domain(cart, name=name, parent=line)
        cart.save(update_fields=["updated_at"])
    return line


def cart_line_remove(*, cart: Cart, line_id: UUID | str) -> None:
    """Take a line out, and the domain that came with it; an unknown line is gone already.

    Raises:
        CartClosed: the cart is ordered.
    """
    _require_open(cart)
    with transaction.atomic():
        CartLine.objects.filter(cart=cart, parent_id=line_id).delete()
        CartLine.objects.filter(cart=cart, pk=line_id).delete()
        cart.save(update_fields=["updated_at"])


def _add_domain(cart: Cart, *, name: str, parent: CartLine) -> CartLine:
    plan = domain_plan_for(name)
    on = business_today(present_tenant())
    prices = prices_in_force(on=on, customer_type=cart.customer_type, currency=cart.currency)
    cycles = set(prices.filter(plan=plan).values_list("cycle", flat=True))
    cycle = next((one for one in BillingCycle.values if one in cycles), "")
    if not cycle:
        raise LineNotOrderable(f"{name} has no price in {cart.currency}.", field="domain_name")
    return CartLine.objects.create(
        cart=cart, parent=parent, plan=plan, cycle=cycle, domain_name=name
    )


def _checked_name(plan: Plan, *, domain_mode: str, domain_name: str) -> str:
    """Return the name as an A-label, or an empty string where none is needed."""
    if plan.type == PlanType.HOSTING and domain_mode not in plan.offers:
        raise LineNotOrderable("Choose how the hosting comes to its domain.", field="domain_mode")
    needs_name = plan.type in {PlanType.DOMAIN, PlanType.EMAIL} or domain_mode in {
        DomainOffer.REGISTER,
        DomainOffer.OWN,
    }
    if not needs_name:
        return ""
    if not domain_name.strip():
        raise LineNotOrderable("Enter the name.", field="domain_name")
    return parse_domain_name(domain_name, field="domain_name").ascii


def _require_plan_for(cart: Cart, plan: Plan) -> None:
    if not (plan.is_active and plan.is_public):
        raise LineNotOrderable(f"{plan.name} is not for sale.", field="plan")
    if cart.customer_type not in plan.customer_types:
        raise LineNotOrderable(f"{plan.name} is not sold to this kind of customer.", field="plan")


def _require_once(cart: Cart, name: str) -> None:
    if cart.lines.filter(plan__type=PlanType.DOMAIN, domain_name=name).exists():
        raise DomainTaken(f"{name} is in your cart already.", field="domain_name")


def _require_open(cart: Cart) -> None:
    if cart.status != CartStatus.OPEN:
        raise CartClosed("This cart is ordered already.")
