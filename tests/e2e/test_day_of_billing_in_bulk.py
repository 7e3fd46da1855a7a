"""Billing after a storm: two hundred operations were refused, and are tried again at once."""

import re
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.conftest import DemoInstallation
from tests.e2e.office import PATIENCE_MS, PAUSE_MS, Office
from tests.pages.views import VIEWS, looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REGISTRAR = "Sandbox registrar"
KIND = "domains.read_back"
OF_THE_DAY = "domains.delegation_check"  # a duty looks as well, and is refused
ROWS = 200
PAGE_ROWS = 50  # of a list; what fits on it is chosen by its boxes
EVERY_CALL = "60"  # minutes
LONG_SECONDS = 5 * PATIENCE_MS / 1000  # for two hundred operations on a busy machine


@pytest.fixture
def owner(browser: Browser, running: DemoInstallation) -> Iterator[Office]:
    yield from desk_of(browser, running, "Owner")


@pytest.fixture
def billing(browser: Browser, running: DemoInstallation) -> Iterator[Office]:
    yield from desk_of(browser, running, "Billing")


def desk_of(browser: Browser, running: DemoInstallation, who: str) -> Iterator[Office]:
    with looking(browser, VIEWS[0]) as window:
        desk = Office(running, window.new_page())
        running.log_in(desk.page, who)
        yield desk


def test_two_hundred_refused_operations_are_tried_again_and_that_is_taken_back(
    owner: Office, billing: Office
) -> None:
    the_registrar_refuses_everything(owner)
    while refused(owner) < ROWS:
        every_name_is_asked_for(owner)
    the_registrar_is_paused(owner)
    count, known = refused(owner), succeeded(owner)

    all_that_match_are_planned(billing, count)
    first = billing.page.locator(".bulk-rows a").first.get_attribute("href") or ""
    operation = first.split("/")[-3]
    assert billing.counted(f"operations?kind={KIND}&state=cancelled&limit=1") == 0
    confirmed(billing, "The registrar says that it works again.")
    told_row_by_row(billing, count)
    assert waiting(billing) >= count, "they wait behind the stop switch"
    assert not is_before_a_person(billing, operation)
    billing.page.go_back()

    billing.button("Undo")
    expect(billing.page.get_by_role("heading", name=re.compile("^Undo: "))).to_be_visible()
    confirmed(billing, "It does not work yet.")
    told_row_by_row(billing, count)
    assert billing.counted(f"operations?kind={KIND}&state=cancelled&limit=1") == count
    assert is_before_a_person(billing, operation)

    the_registrar_works(owner)
    for kind in (KIND, OF_THE_DAY):
        if refused(billing, kind):
            all_that_match_are_planned(billing, refused(billing, kind), kind)
            confirmed(billing, "It works now.")
            told_row_by_row(billing, refused(billing, kind))
            until(partial(nothing_waits, billing, kind))
    assert not is_before_a_person(billing, operation)
    assert succeeded(billing) >= known + count


def the_registrar_refuses_everything(owner: Office) -> None:
    owner.open("/admin/sandbox/")
    line = owner.page.locator("#faults li").filter(has_text=REGISTRAR)
    line.locator("summary").click()
    line.get_by_label("What goes wrong").select_option(label="Refuses; nothing happens there")
    line.get_by_label("Or every call for so many minutes").fill(EVERY_CALL)
    line.get_by_role("button", name="Break it").click()
    expect(line.get_by_text("Made to fail")).to_be_visible()


def every_name_is_asked_for(owner: Office) -> None:
    """Ask the registrar for every registered name: a bulk act, too."""
    before, names = refused(owner), owner.counted("domains?status=active&limit=1")
    owner.open("/admin/domains/domain/?status__exact=active")
    chosen(owner, names, "Ask the registrar")
    confirmed(owner, "What does the registrar have?")
    until(lambda: refused(owner) >= before + names)  # duties of the day ask as well


def the_registrar_is_paused(owner: Office) -> None:
    owner.menu("Stop switch")
    line = switch(owner)
    line.locator("summary").click()
    line.get_by_label("Reason").fill("Nothing leaves until we know.")
    line.get_by_role("button", name="Pause").click()
    owner.told("Paused. What waits is kept.")


def the_registrar_works(owner: Office) -> None:
    owner.open("/admin/sandbox/")
    line = owner.page.locator("#faults li").filter(has_text=REGISTRAR)
    line.get_by_role("button", name="Mend").click()
    expect(line.get_by_text("Works", exact=True)).to_be_visible()
    owner.menu("Stop switch")
    switch(owner).get_by_role("button", name="Resume").click()
    owner.told("Running. What waited is sent now.")


def switch(owner: Office) -> Locator:
    return owner.page.get_by_role("listitem").filter(has_text=REGISTRAR).first


def all_that_match_are_planned(billing: Office, count: int, kind: str = KIND) -> None:
    billing.open(f"/admin/core/operation/?state__exact=rejected&kind={kind}")
    chosen(billing, count, "Try again")
    expect(billing.page.get_by_text("Nothing has changed yet").first).to_be_visible()
    expect(billing.page.get_by_role("heading", name="What would be done")).to_be_visible()
    expect(tally(billing, "Planned")).to_have_text(str(count))


def chosen(office: Office, count: int, act: str) -> None:
    """Tick every row of the page, take all that match, and ask for the plan."""
    office.page.locator("#action-toggle").check()
    if count > PAGE_ROWS:
        office.page.get_by_text(f"Choose all {count} that match").click()
    office.page.get_by_label("What to do with the chosen rows").select_option(label=act)
    office.page.get_by_role("button", name="Show the plan").click()


def confirmed(office: Office, reason: str) -> None:
    office.button("Carry it out")
    office.fill(Reason=reason)
    office.send("Carry it out")
    office.told("It runs in the background; this page shows how far it is.")


def told_row_by_row(office: Office, count: int) -> None:
    """Watch the run to its end, and read how many rows are done."""
    done = tally(office, "Done").get_by_text(str(count), exact=True)
    office.until(office.page.locator(".badge").get_by_text("Finished", exact=True))
    expect(done).to_be_visible()
    for sort in ("Refused", "Failed", "Left out"):
        expect(tally(office, sort)).to_have_count(0)


def tally(office: Office, sort: str) -> Locator:
    return office.page.locator(".bulk-sorts a").filter(has_text=sort).locator(".tally")


def refused(office: Office, kind: str = KIND) -> int:
    return office.counted(f"operations?kind={kind}&state=rejected&limit=1")


def waiting(office: Office, kind: str = KIND) -> int:
    return office.counted(f"operations?kind={kind}&state=pending&limit=1")


def nothing_waits(office: Office, kind: str) -> bool:
    return waiting(office, kind) == 0


def succeeded(office: Office) -> int:
    return office.counted(f"operations?kind={KIND}&state=succeeded&limit=1")


def is_before_a_person(office: Office, operation: str) -> bool:
    """Tell whether this operation stands under *Needs a person*."""
    office.open(f"/admin/core/attentionitem/?subject_id__exact={operation}")
    return office.page.get_by_role("row").filter(has_text="Read domain back").count() > 0


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(PAUSE_MS / 1000)
