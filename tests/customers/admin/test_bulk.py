"""The list of customers: chosen by words and filters, tagged, assigned, and put back."""

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer, CustomerTag, Tag
from ispplatform.core.models import BulkRun, Tenant
from tests.bulk import undone, worked
from tests.factories.accounts import MembershipFactory
from tests.factories.customers import CustomerFactory, CustomerTagFactory
from tests.pages.staff import staff_client

LIST = reverse("admin:customers_customer_changelist")


@pytest.fixture
def desk(tenant: Tenant) -> Client:
    return staff_client(tenant, "admin")


def chosen(desk: Client, act: str, query: str = "") -> BulkRun:
    desk.post(
        LIST + query,
        {"action": act, "index": "0", "select_across": "1", "_selected_action": ["0"]},
    )
    return BulkRun.objects.latest("pk")


def filled_and_done(desk: Client, run: BulkRun, values: dict[str, str]) -> BulkRun:
    desk.post(reverse("admin:core_bulkrun_act", args=[run.pk, "fill"]), values)
    desk.post(reverse("admin:core_bulkrun_act", args=[run.pk, "confirm"]), {"reason": "x"})
    return worked(run)


def test_all_that_are_found_are_tagged_and_the_others_are_not(desk: Client) -> None:
    found = [CustomerFactory(company_name=f"Harbour {n}") for n in range(3)]
    CustomerFactory(company_name="Inland")
    CustomerTagFactory(customer=found[0], tag__name="Sea", tag__folded_name="sea")

    run = chosen(desk, "customers.tag_add", "?q=harbour")
    assert run.selection == "All that match search: harbour"
    filled_and_done(desk, run, {"tags": "Sea"})

    assert (run.done_count, run.skipped_count) == (2, 1)
    assert CustomerTag.objects.filter(tag__name="Sea").count() == 3
    undone(run)
    assert CustomerTag.objects.get(tag__name="Sea").customer_id == found[0].pk
    assert Tag.objects.count() == 1


def test_a_tag_is_taken_from_all_who_carry_it(desk: Client) -> None:
    carrying = CustomerTagFactory(tag__name="Sea", tag__folded_name="sea").customer
    CustomerFactory()
    run = filled_and_done(desk, chosen(desk, "customers.tag_remove"), {"tags": "Sea"})
    assert (run.done_count, run.skipped_count) == (1, 1)
    assert not CustomerTag.objects.exists()
    undone(run)
    assert CustomerTag.objects.get().customer_id == carrying.pk


def test_customers_are_assigned_and_go_back_to_whom_they_were(desk: Client) -> None:
    before = MembershipFactory().user
    after = MembershipFactory().user
    mine = CustomerFactory(assigned_to=before)
    nobodys = CustomerFactory()
    run = chosen(desk, "customers.assign")
    filled_and_done(desk, run, {"assigned_to": str(after.pk)})
    assert set(Customer.objects.values_list("assigned_to_id", flat=True)) == {after.pk}
    undone(run)
    found = dict(Customer.objects.values_list("pk", "assigned_to_id"))
    assert found == {mine.pk: before.pk, nobodys.pk: None}


def test_what_only_programs_may_do_is_not_in_the_list(desk: Client) -> None:
    CustomerFactory()
    page = desk.get(LIST).content.decode()
    assert "customers.tag_add" in page
    assert "billing.dunning_pause" in page
    assert "customers.delete" not in page
