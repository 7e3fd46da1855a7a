"""What other systems call our rows, on all six resources that programs mirror."""

import pytest

from billing.models import Invoice, Payment
from customers.models import Customer
from domains.models import Domain
from ispplatform.core.models import AuditEntry, ExternalRef
from provisioning.models import Service
from sales.models import Order
from tests.callers import key_caller
from tests.meta.stock import stocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SCOPES = ("customers:*", "services:*", "orders:*", "invoices:*", "payments:*", "domains:*")
SCOPES += ("payment_methods:*", "plans:read")
MADE_BY_US = {
    "services": Service,
    "orders": Order,
    "invoices": Invoice,
    "payments": Payment,
    "domains": Domain,
}
SEVEN = {"external_refs": [{"system": "books", "id": "7"}]}


@pytest.fixture
def world(tenant):
    """Two customers who have bought, and a program that may do what programs do."""
    return stocked(tenant, "quetzal", "toucan"), key_caller(tenant, *SCOPES)


def taken(answer, existing_id) -> bool:
    assert (answer.status, answer.code) == (409, "EXTERNAL_REF_TAKEN")
    return answer.body["error"]["details"]["existing_id"] == str(existing_id)


def test_rows_that_we_made_ourselves_are_given_their_names_once_and_found_by_them(world, tenant):
    (first, second), program = world
    reader = key_caller(tenant, *(f"{name}:read" for name in MADE_BY_US))
    for name, model in MADE_BY_US.items():
        own, other = first.rows[model], second.rows[model]
        own.refresh_from_db()
        before = own.updated_at
        assert reader("PUT", f"{name}/{own.pk}/external-refs", SEVEN).status == 403, name
        shown = program("PUT", f"{name}/{own.pk}/external-refs", SEVEN)
        assert (shown.status, shown.data["external_refs"]) == (200, SEVEN["external_refs"]), name
        own.refresh_from_db()
        assert own.updated_at > before, name
        assert taken(program("PUT", f"{name}/{other.pk}/external-refs", SEVEN), own.pk), name
        (found,) = program("GET", f"{name}?external_ref=books:7&include_deleted=true").data
        assert (found["id"], found["external_refs"]) == (str(own.pk), SEVEN["external_refs"])
        assert program("GET", f"{name}?external_ref=books:8").data == []
        entry = AuditEntry.objects.filter(act="core.external_refs_change").latest("pk")
        assert (entry.subject_id, entry.customer_id) == (own.pk, first.customer.pk), name
        program("PUT", f"{name}/{own.pk}/external-refs", SEVEN)  # as it is: nothing changes
        own.refresh_from_db()
        last = own.updated_at
        program("PUT", f"{name}/{own.pk}/external-refs", SEVEN)
        own.refresh_from_db()
        assert own.updated_at == last, name
    assert ExternalRef.objects.count() == len(MADE_BY_US)


def test_creating_with_a_known_name_answers_with_the_row_that_has_it(world):
    (first, _), program = world
    own = {"customer_id": str(first.customer.pk), **SEVEN}
    wish = {"plan_code": "web", "cycle": "monthly", "domain_mode": "later"}
    bodies = {
        "customers": (Customer, {**PERSON, **SEVEN}),
        "services": (Service, {**own, "plan_id": str(first.shop.hosting_plan.pk)}),
        "orders": (Order, {**own, "lines": [wish]}),
        "invoices": (Invoice, {**own, "amount": "10.00"}),
        "payments": (Payment, {**own, "amount": "5.00", "reference": "Bank 1"}),
    }
    for name, (model, body) in bodies.items():
        made = program("POST", name, body)
        assert made.status in {201, 202}, (name, made.body)
        assert made.data["external_refs"] == SEVEN["external_refs"], name
        count = model.objects.count()
        changed = {"email": "bea@mail.example"} if model is Customer else {}
        assert taken(program("POST", name, {**body, **changed}), made.data["id"]), name
        assert model.objects.count() == count, name


PERSON = {
    "first_name": "Ada",
    "last_name": "Walker",
    "email": "ada@mail.example",
    "phone": "+49 40 1234567",
}
