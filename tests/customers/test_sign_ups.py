"""A sign-up makes a pending customer, and its confirmation makes the customer active."""

import pytest
from django.db import transaction

from accounts.choices import EmailCodePurpose
from accounts.models import EmailCode, PortalAccount
from accounts.services.email_codes import portal_account_activate
from accounts.services.portal_accounts import SignUp, portal_sign_up
from customers.models import Customer
from customers.services.registration import customer_ensure
from ispplatform.core.actors import Actor
from ispplatform.core.testing import run_until_quiet
from tests.accounts.people import colleague
from tests.factories.accounts import PASSWORD


def signed_up(tenant, **words):
    colleague(tenant)
    sign_up = SignUp(email="ada@engines.example", password=PASSWORD, **words)
    return portal_sign_up(tenant=tenant, sign_up=sign_up)


@pytest.mark.django_db(transaction=True)
def test_a_sign_up_makes_a_customer_that_waits_for_its_confirmation(tenant):
    code = signed_up(
        tenant, first_name="Ada", last_name="Lovelace", country="DE", phone="030 901820"
    )
    run_until_quiet()
    customer = Customer.objects.get()
    account = PortalAccount.objects.get()
    assert customer.pk == account.customer_id
    assert (customer.status, customer.display_name, customer.phone) == (
        "pending",
        "Ada Lovelace",
        "+4930901820",
    )
    assert EmailCode.objects.get(pk=code.pk).purpose == EmailCodePurpose.SIGN_UP

    with transaction.atomic():
        portal_account_activate(actor=Actor.system("tests"), account=account)
    run_until_quiet()

    customer.refresh_from_db()
    assert customer.status == "active"


@pytest.mark.django_db(transaction=True)
def test_typing_errors_cost_no_customer(tenant):
    signed_up(tenant, country="Atlantis", phone="call me")
    run_until_quiet()
    customer = Customer.objects.get()
    assert (customer.phone, customer.addresses.count()) == ("", 0)


def test_whoever_comes_second_finds_the_customer(tenant):
    signed_up(tenant)
    customer_id = PortalAccount.objects.get().customer_id
    first = customer_ensure(customer_id=customer_id, email="ada@engines.example")
    second = customer_ensure(customer_id=customer_id, email="other@engines.example")
    assert (first.pk, second.email, Customer.objects.count()) == (
        customer_id,
        "ada@engines.example",
        1,
    )
