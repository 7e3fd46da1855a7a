"""How the databases find terms: by a range of an index, never by reading all of a company."""

import pytest

from ispplatform.core.ids import uuid7
from ispplatform.core.search.finding import _Terms


@pytest.mark.needs_sqlite
def test_the_terms_of_some_things_are_read_by_their_things(tenant):
    terms = _Terms(kind="orders", hidden=())
    for count in (1, 100):
        plan = terms.rows_of([uuid7() for _ in range(count)]).explain()
        assert "core_terms_of_a_subject (tenant_id=? AND subject_id=?" in plan


@pytest.mark.needs_sqlite
def test_a_beginning_is_one_range(tenant):
    plan = _Terms(kind="orders", hidden=()).beginning("ada").values("subject_id").explain()
    assert "core_terms_to_find (tenant_id=? AND kind=? AND term>? AND term<?" in plan
