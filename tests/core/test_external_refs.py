"""References by which other systems know our rows."""

import pytest
from django.db import transaction

from customers.models import Customer
from ispplatform.core.errors import InvalidInput
from ispplatform.core.external_refs import (
    ExternalRefData,
    ExternalRefTaken,
    external_refs_add,
    external_refs_by_id,
    external_refs_of,
    external_refs_set,
    subject_id_of_external_ref,
    with_external_ref,
)
from ispplatform.core.models import ExternalRef
from ispplatform.core.subjects import Subject, subject_of
from ispplatform.core.tenancy.context import tenant_context
from tests.factories.customers import CustomerFactory

CRM_7 = ExternalRefData(system="crm", id="7")
ERP_7 = ExternalRefData(system="erp", id="7")


def test_setting_adds_keeps_and_removes(tenant):
    subject = subject_of(CustomerFactory())
    external_refs_set(subject=subject, refs=[CRM_7])
    kept = ExternalRef.objects.get()

    external_refs_set(subject=subject, refs=[CRM_7, ERP_7])
    assert external_refs_of(subject) == [CRM_7, ERP_7]
    assert ExternalRef.objects.filter(pk=kept.pk).exists()

    external_refs_set(subject=subject, refs=[ERP_7])
    assert external_refs_of(subject) == [ERP_7]


def test_adding_keeps_what_is_there(tenant):
    subject = subject_of(CustomerFactory())
    external_refs_add(subject=subject, refs=[CRM_7])
    external_refs_add(subject=subject, refs=[ERP_7, CRM_7])
    assert external_refs_of(subject) == [CRM_7, ERP_7]


def test_a_reference_names_one_row_of_a_type_only(tenant):
    first, second = subject_of(CustomerFactory()), subject_of(CustomerFactory())
    external_refs_add(subject=first, refs=[CRM_7])

    with pytest.raises(ExternalRefTaken) as refusal, transaction.atomic():
        external_refs_set(subject=second, refs=[ERP_7, CRM_7])

    assert refusal.value.params == {"field": "external_refs", "existing_id": first.id}
    assert external_refs_of(second) == []


def test_another_type_and_another_company_may_use_the_same_reference(tenant, other_tenant):
    customer = subject_of(CustomerFactory())
    external_refs_add(subject=customer, refs=[CRM_7])
    external_refs_add(subject=Subject(type="sales.order", id=customer.id), refs=[CRM_7])
    with tenant_context(other_tenant.pk):
        theirs = subject_of(CustomerFactory())
        external_refs_add(subject=theirs, refs=[CRM_7])
        assert subject_id_of_external_ref("customers.customer", CRM_7) == theirs.id
    assert subject_id_of_external_ref("customers.customer", CRM_7) == customer.id


def test_rows_are_found_by_system_and_by_reference(tenant):
    known, other, unknown = CustomerFactory(), CustomerFactory(), CustomerFactory()
    external_refs_add(subject=subject_of(known), refs=[CRM_7])
    external_refs_add(subject=subject_of(other), refs=[ExternalRefData(system="crm", id="8")])
    rows = Customer.objects.all()
    assert set(with_external_ref(rows, system="crm")) == {known, other}
    assert list(with_external_ref(rows, system="crm", ref="7")) == [known]
    assert external_refs_by_id("customers.customer", [known.pk, unknown.pk]) == {known.pk: [CRM_7]}


@pytest.mark.parametrize(
    ("system", "ref"), [("CRM", "7"), ("", "7"), ("crm", " "), ("crm", "x" * 201), ("c" * 41, "7")]
)
def test_malformed_references_are_refused(system, ref):
    with pytest.raises(InvalidInput):
        ExternalRefData(system=system, id=ref)


def test_a_row_keeps_at_most_twenty(tenant):
    subject = subject_of(CustomerFactory())
    refs = [ExternalRefData(system="crm", id=str(number)) for number in range(21)]
    with pytest.raises(InvalidInput):
        external_refs_set(subject=subject, refs=refs)
    assert ExternalRef.objects.count() == 0
