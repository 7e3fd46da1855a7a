"""Loading the demo company: once per installation, and never beside live data."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from billing.workflows.dunning_run import dunning_cases_keep
from billing.workflows.renewals import renewals_run
from demo.actors import LOADER
from demo.cast import CAST
from demo.catalogue import catalogue_make
from demo.company import (
    COMPLETE,
    LOG_INS,
    SLUG,
    LogIn,
    api_key_make,
    connections_look,
    demo_tenant,
    demo_tenants,
    providers_make,
    staff_make,
    tenant_make,
)
from demo.copies import customers_copy
from demo.crowd import crowd_come
from demo.errors import DemoNotWanted
from demo.filling import bare_tables, put_back
from demo.history import History
from demo.people import People
from demo.removal import demo_remove
from demo.renewals import Renewals
from demo.second import second_company_load
from demo.world import UnpaidSince, World
from ispplatform.core.clock import business_today, system_now, writing_history
from ispplatform.core.database.inventory import tenant_tables
from ispplatform.core.database.statistics import statistics_renew
from ispplatform.core.models import Tenant, TenantMode
from ispplatform.core.tasks import without_messages
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.tenancy.lookup import forget_tenant_on_commit
from ispplatform.core.testing import run_until_quiet

DAYS = 745
CUSTOMERS = 52
LIVED = 200  # customers who live through the services, at most; each costs a third of a second
CAST_CUSTOMERS = len(CAST) + 1  # one of the cast acts for two


def demo_load(
    *,
    seed: int,
    base_url: str,
    tell: Callable[[str], None],
    customers: int = CUSTOMERS,
    lived: int = LIVED,
    invoices_each: float | None = None,
) -> list[LogIn]:
    """Make the demo company with two years of history relative to today, and the second brand.

    Args:
        seed: the same seed gives the same people, names, amounts and days.
        base_url: address of the portal, for the links in mails.
        tell: hears what is being done.
        customers: how many there are in all; fewer than 25 makes no difference.
        lived: how many of them live through the services; all others are copies of these.
        invoices_each: how many invoices a copied customer has on average.

    Returns:
        Who can log in.

    Raises:
        DemoNotWanted: the company exists already, or the installation has a live one.
    """
    _refuse_where_unwanted()
    with _quick_writes(), without_messages():
        _halves_remove(tell)
        tell("company, people, catalogue")
        world = _world(seed, base_url)
        for character in CAST:
            character(world)
        crowd_come(world, size=min(customers, lived) - CAST_CUSTOMERS)
        told: set[date] = set()

        def tell_month(day: date) -> None:
            if (month := day.replace(day=1)) not in told:
                told.add(month)
                tell(f"{month:%B %Y}")

        world.history.happen(tell=tell_month)
        with tenant_context(world.tenant.pk):
            renewals_run(world.tenant)  # the invoices of the days to come are out already
            run_until_quiet()
            dunning_cases_keep()  # else nobody reads before the morning's run what comes next
            if customers > lived:
                customers_copy(
                    sorted(world.renewals.crowd),
                    count=customers - lived,
                    people=world.people,
                    tell=tell,
                    invoices_each=invoices_each,
                )
                statistics_renew()  # else what follows is looked for by reading all rows
            connections_look(actor=LOADER)
        second = second_company_load(seed=seed, base_url=base_url, tell=tell)
        statistics_renew()
        _note_complete(world.tenant)
    return [*world.log_ins, *second]


def _refuse_where_unwanted() -> None:
    if Tenant.objects.filter(mode=TenantMode.LIVE).exists():
        raise DemoNotWanted("This installation has a live company: no demo beside it.")
    tenant = demo_tenant()
    if tenant is not None and tenant.settings.get(COMPLETE):
        raise DemoNotWanted("The demo company is here already (demo --remove takes it away).")
    if tenant is None and Tenant.objects.filter(slug=SLUG).exists():
        raise DemoNotWanted(f"Another company is called {SLUG} here.")


def _halves_remove(tell: Callable[[str], None]) -> None:
    """Take away what a loading that was cut off has left; without walls, as none is live."""
    halves = demo_tenants()
    if not halves:
        put_back()
        return
    tell("an earlier loading was cut off: starting over")
    with bare_tables(tenant_tables()):
        for half in halves:
            demo_remove(tenant=half)


def _note_complete(tenant: Tenant) -> None:
    row = Tenant.objects.get(pk=tenant.pk)
    row.settings[COMPLETE] = True
    row.save(update_fields=["settings"])
    forget_tenant_on_commit(row)


def _world(seed: int, base_url: str) -> World:
    with writing_history() as go_to:
        now = system_now()
        go_to(now - timedelta(days=DAYS))
        tenant = tenant_make(actor=LOADER, seed=seed, base_url=base_url)
        with tenant_context(tenant.pk):
            log_ins = staff_make(actor=LOADER, tenant=tenant)
            key = api_key_make(actor=LOADER, tenant=tenant)
            providers = providers_make(actor=LOADER)
            plans = catalogue_make(actor=LOADER, since=business_today(tenant))
    unpaid = UnpaidSince()
    renewals = Renewals(pays=unpaid.pays, crowd=set())
    return World(
        tenant=tenant,
        plans=plans,
        providers=providers,
        people=People(seed),
        history=History(
            tenant,
            today=business_today(tenant),
            sources=(renewals.source(),),
            without=("billing.dunning",),  # mails of the past are not sent, so no notice counts
        ),
        renewals=renewals,
        unpaid=unpaid,
        log_ins=[*log_ins, key],
    )


@contextmanager
def _quick_writes() -> Iterator[None]:
    """Let SQLite not wait for the disk after each commit: a demo that is cut off is made anew."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")


def log_ins_write(log_ins: list[LogIn], *, base_url: str) -> Path:
    """Write the addresses and log-ins to ``DATA_DIR/demo.txt``, readable by the owner only.

    ``make run`` shows the file at every start.
    """
    path = Path(settings.DATA_DIR) / LOG_INS
    width = max(len(one.name) for one in log_ins)
    lines = ["Demo company, all of it made up:", ""]
    lines += [f"  {one.who:<30} {one.name:<{width}}  {one.secret}" for one in log_ins]
    lines += ["", f"  {'Sandbox: mail, clock, faults':<30} {base_url}/admin/sandbox/"]
    path.touch(mode=0o600)
    path.write_text("\n".join([*lines, ""]))
    return path
