"""A company with customers, invoices and services, and somebody who asks for them."""

import json
from dataclasses import dataclass

from django.core.handlers.wsgi import WSGIHandler

from accounts.services.companies import company_create
from bench.data import customers_fill, invoices_fill, services_fill, tenant_make
from bench.measuring import Caller, answer_of
from catalog.services import plan_create
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context

LOADER = Actor.system("bench")
EMAIL = "owner@bench.example"
PASSWORD = "Harbour-light-42"  # noqa: S105 - of a company that lives for three minutes


@dataclass
class Stage:
    """Everything that the measurements need."""

    tenant: Tenant
    application: WSGIHandler
    caller: Caller
    customers: list[Customer]


def stage_set(*, few: int) -> Stage:
    """Make the company with ``few`` rows of each kind, and log its owner in."""
    tenant = tenant_make()
    made = company_create(actor=LOADER, tenant=tenant, owner_email=EMAIL)
    with tenant_context(tenant.pk):
        made.owner.user.set_password(PASSWORD)
        made.owner.user.save(update_fields=["password"])
        customers = customers_fill(few)
        invoices_fill(customers)
        plan = plan_create(
            actor=LOADER,
            code="web",
            name="Web",
            type="hosting",
            parameters={"package": "starter"},
        )
        services_fill(customers, plan)
    application = WSGIHandler()
    token = logged_in(application)["access_token"]
    return Stage(tenant, application, Caller(application, token), customers)


def logged_in(application: WSGIHandler) -> dict[str, str]:
    """Log the owner in over HTTP and return what the answer holds."""
    body = json.dumps({"email": EMAIL, "password": PASSWORD}).encode()
    data: dict[str, str] = json.loads(
        answer_of(application, "POST", "/api/v1/auth/login", body=body)
    )["data"]
    return data
