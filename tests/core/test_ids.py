import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ispplatform.core import ids
from ispplatform.core.ids import uuid7

# 2026-01-01T00:00:00Z, far behind the clock of any machine that runs this.
PAST_NS = 1_767_225_600_000_000_000


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(ids, "_last_tick", 0)

    def stand_at(nanoseconds: int) -> None:
        monkeypatch.setattr(time, "time_ns", lambda: nanoseconds)

    return stand_at


def milliseconds(made) -> int:
    return made.int >> 80


def test_an_id_carries_version_variant_and_millisecond(clock):
    clock(PAST_NS + 7_000_000)
    made = uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert milliseconds(made) == PAST_NS // 1_000_000 + 7


def test_ids_of_one_instant_sort_in_the_order_they_were_made(clock):
    clock(PAST_NS)
    made = [uuid7() for _ in range(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_a_clock_set_back_a_little_keeps_the_order(clock):
    clock(PAST_NS)
    before = uuid7()
    clock(PAST_NS - 2_000_000_000)
    assert uuid7() > before


def test_a_clock_that_stood_far_ahead_is_followed_back(clock):
    clock(PAST_NS + 3600 * 1_000_000_000)
    uuid7()
    clock(PAST_NS)
    assert milliseconds(uuid7()) == PAST_NS // 1_000_000


def test_threads_never_share_an_id():
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: uuid7(), range(5_000)))
    assert len(set(made)) == 5_000
