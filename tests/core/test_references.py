"""References that people read out: the same in Python, in old rows, and however they are typed."""

from importlib import import_module

import pytest
from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.models import AuditEntry
from ispplatform.core.request_ids import (
    clear_request_id,
    read_reference,
    reference_of,
    use_request_id,
)
from ispplatform.core.subjects import subject_of

IDS = [
    "0190f5a2-7b3c-7def-8123-4567890abcde",
    "req_abc-123.X:1",
    "ab",
    "abcd",
    "abcde",
    "a-b_c.d:e",
    "----",
]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("7F3K-22A1", "7F3K-22A1"),
        ("7f3k22a1", "7F3K-22A1"),
        (" 7f3k 22a1 ", "7F3K-22A1"),
        ("7f3k-22", ""),
        ("7f3k-22a1b", ""),
        ("7f3k_22a", ""),
        ("jürgens1", ""),
        ("anything", ""),
        ("abcd-efab", "ABCD-EFAB"),
        ("", ""),
    ],
)
def test_a_reference_is_read_however_it_was_typed(typed: str, kept: str) -> None:
    assert read_reference(typed) == kept


@pytest.mark.parametrize("request_id", IDS)
def test_each_entry_keeps_its_reference_and_old_rows_get_the_same(tenant, request_id) -> None:
    use_request_id(request_id)
    with transaction.atomic():
        audit("core.test", actor=Actor.system("tests"), subject=subject_of(tenant))
    clear_request_id()
    filling = import_module("ispplatform.core.migrations.0024_audit_references_filled")
    entry = AuditEntry.objects.annotate(filled=filling.reference_expression()).get()
    assert entry.request_id == request_id
    assert entry.reference == reference_of(request_id)
    assert entry.filled == entry.reference
