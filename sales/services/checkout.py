"""Checkout: from a filled cart to somebody who may order it, without losing the cart."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.choices import EmailCodePurpose
from accounts.models import EmailCode
from accounts.services.email_codes import email_code_check
from accounts.services.portal_accounts import SignUp, portal_sign_up
from customers.models import Customer
from customers.rules.values import AddressData
from customers.services.customers import customer_update
from customers.services.registration import customer_confirm, customer_ensure
from ispplatform.core.actors import Actor
from ispplatform.core.errors import InvalidInput
from ispplatform.core.models import Tenant
from sales.choices import CartStatus
from sales.models import Cart
from sales.services.carts import cart_adopt, cart_set_buyer

ADDRESS_PARTS = ("street", "postal_code", "city", "country")
CODE = "email_code_id"  # beside the details: which proof makes the cart somebody's
MOST_CARTS = 20  # of one address that are looked through
CUSTOMER_PARTS = ("customer_type", "first_name", "last_name", "company_name", "vat_number", "phone")


def checkout_begin(
    *, tenant: Tenant, cart: Cart, details: dict[str, Any], email: str, password: str, language: str
) -> UUID:
    """Keep a newcomer's details with the cart and mail the six digits.

    The answer is the same whether the address is known or not.

    Returns:
        The id of the code; ``checkout_confirm`` asks for it together with the digits.

    Raises:
        PasswordTooWeak, InvalidInput, LineNotOrderable.
    """
    with transaction.atomic():
        cart_set_buyer(
            cart=cart, customer_type=details["customer_type"], country=details["country"]
        )
        cart.email = email.strip().lower()
        code = portal_sign_up(
            tenant=tenant,
            sign_up=SignUp(
                email=email,
                password=password,
                first_name=details["first_name"],
                last_name=details["last_name"],
                company_name=details["company_name"],
                country=details["country"],
                phone=details["phone"],
                language=language,
            ),
        )
        kept = {part: details[part] for part in (*CUSTOMER_PARTS, *ADDRESS_PARTS)}
        cart.details = {**kept, CODE: str(code.pk)}
        cart.save(update_fields=["email", "details"])
    return code.pk


def checkout_confirm(*, tenant: Tenant, cart: Cart, email_code_id: UUID, code: str) -> EmailCode:
    """Prove the newcomer's address by the mailed digits; the cart becomes the new customer's.

    Returns:
        The proved code; ``portal_enter_by_proof`` logs its account in.

    Raises:
        CodeInvalid: wrong, used, too old or tried too often.
    """
    proved = email_code_check(
        actor=Actor.anonymous(),
        tenant=tenant,
        email_code_id=email_code_id,
        code=code,
        purpose=EmailCodePurpose.SIGN_UP,
    )
    _take_over(cart, proved)
    return proved


def checkout_confirm_by_link(*, proved: EmailCode) -> Cart | None:
    """Give the cart of a checkout to the newcomer who proved the address by the mailed link.

    The details that were typed are kept, whichever browser the link was opened in. Only the cart
    whose own code was proved: an address alone opens nobody's cart.

    Returns:
        The cart; None when the sign-up came from no checkout, or its cart is gone.

    Raises:
        InvalidInput: a detail cannot be kept; ``field`` names it.
    """
    carts = Cart.objects.filter(status=CartStatus.OPEN, customer=None, email=proved.email.lower())
    for cart in carts.order_by("-updated_at")[:MOST_CARTS]:
        if cart.details.get(CODE) == str(proved.pk):
            return _take_over(cart, proved)
    return None


def _take_over(cart: Cart, proved: EmailCode) -> Cart:
    account = proved.portal_account
    if account is None:
        raise InvalidInput("This code belongs to no sign-up.", field="code")
    with transaction.atomic():
        customer = customer_ensure(
            customer_id=account.customer_id,
            email=proved.email,
            language=str(account.user.preferences.get("language") or ""),
            **_customer_fields(cart.details),
        )
        customer_confirm(customer_id=customer.pk)
        customer = details_save(customer=customer, details=cart.details)
        return cart_adopt(cart=cart, customer=customer)


def details_save(*, customer: Customer, details: dict[str, Any]) -> Customer:
    """Write the details of a checkout to the customer, where they differ.

    Raises:
        InvalidInput: a value cannot be kept; ``field`` names it.
    """
    if not details:
        return customer
    return customer_update(
        actor=Actor.system("sales.checkout"),
        customer=customer,
        address=_address(details),
        **_customer_fields(details),
    )


def _customer_fields(details: dict[str, Any]) -> dict[str, Any]:
    return {part: details[part] for part in CUSTOMER_PARTS if part in details}


def _address(details: dict[str, Any]) -> AddressData:
    return AddressData(**{part: details[part] for part in ADDRESS_PARTS if part in details})
