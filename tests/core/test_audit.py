from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.audit.digests import values_digest
from ispplatform.core.audit.seals import audit_seal, chain_check
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry, AuditValues, PurgePermit
from ispplatform.core.models.audit import DigestForm
from ispplatform.core.request_ids import clear_request_id, use_request_id
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context


def record(tenant, **fields: object) -> AuditEntry:
    with transaction.atomic():
        return audit("core.test", actor=Actor.system("t"), subject=subject_of(tenant), **fields)


ERASED = {
    "salt": "",
    "actor_label": "",
    "on_behalf_of": "",
    "subject_label": "",
    "reason": "",
    "before": {},
    "after": {},
}


@pytest.fixture
def door(tenant) -> PurgePermit:
    return PurgePermit.objects.create(
        reason="retention", actor_label="owner", expires_at=system_now() + timedelta(hours=1)
    )


def test_an_entry_names_actor_subject_reason_values_and_request(tenant):
    use_request_id("req-1")
    entry = record(tenant, reason="asked", before={"total": Decimal("1.50")}, after={"ids": {2, 1}})
    clear_request_id()
    assert (entry.actor_type, entry.actor_label, entry.subject_label) == (
        "system",
        "t",
        "Northwind Hosting",
    )
    assert (entry.reason, entry.request_id) == ("asked", "req-1")
    values = AuditValues.objects.get(entry=entry)
    assert values.before == {"total": "1.50"}
    assert values.after == {"ids": [1, 2]}


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused(tenant):
    with pytest.raises(transaction.TransactionManagementError):
        audit("core.test", actor=Actor.system("t"), subject=subject_of(tenant))
    assert AuditEntry.objects.count() == 0


def test_sealing_chains_every_entry_once(tenant, other_tenant):
    for _ in range(5):
        record(tenant)
    with tenant_context(other_tenant.pk):
        record(other_tenant)
    first, second = audit_seal(limit=3), audit_seal(limit=3)
    assert (first.number, first.entries_count) == (1, 3)
    assert (second.number, second.entries_count) == (2, 2)
    assert second.previous_digest == first.digest
    assert audit_seal() is None
    report = chain_check()
    assert (report.seals_count, report.entries_count, report.breaks) == (2, 5, [])


def test_a_forged_entry_breaks_the_chain(tenant, door):
    entry = record(tenant)
    record(tenant)
    audit_seal(limit=1)
    audit_seal()
    AuditEntry.objects.filter(pk=entry.pk).update(act="core.forged")
    assert chain_check().breaks == ["Seal 1 does not fit its entries."]


def test_changed_values_are_found_and_erased_ones_leave_the_chain_whole(tenant, door):
    changed = record(tenant, after={"email": "a@b.example"})
    erased = record(tenant, after={"email": "c@d.example"}, reason="c@d.example asked for it")
    audit_seal()
    AuditValues.objects.filter(entry=erased).update(**ERASED)
    assert "d.example" not in str([*AuditEntry.objects.values(), *AuditValues.objects.values()])
    assert chain_check().breaks == []
    AuditValues.objects.filter(entry=changed).update(after={"email": "x@y.example"})
    assert chain_check().breaks == [f"The values of entry {changed.pk} were changed."]


@pytest.mark.parametrize("word", ["actor_label", "on_behalf_of", "subject_label", "reason"])
def test_words_that_were_changed_are_found(tenant, door, word):
    entry = record(tenant, reason="asked")
    audit_seal()
    AuditValues.objects.filter(entry=entry).update(**{word: "forged"})
    assert chain_check().breaks == [f"The values of entry {entry.pk} were changed."]


def test_entries_of_before_are_vouched_for_by_their_seal(tenant, door):
    entry = record(tenant, reason="asked")
    values = AuditValues.objects.get(entry=entry)
    AuditEntry.objects.filter(pk=entry.pk).update(
        digest_form=DigestForm.VALUES,
        values_digest=values_digest(values, form=DigestForm.VALUES),
    )
    audit_seal()
    assert chain_check().breaks == []
    AuditValues.objects.filter(entry=entry).update(reason="forged")
    assert chain_check().breaks == ["Seal 1 does not fit its entries."]


def test_a_removed_seal_is_found(tenant, door):
    for _ in range(3):
        record(tenant)
        audit_seal()
    with transaction.atomic():
        seal = AuditEntry.objects.order_by("id")[1].sealed.seal
        seal.places.all().delete()
        seal.delete()
    assert "Seal 2 is missing before seal 3." in chain_check().breaks
