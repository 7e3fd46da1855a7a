"""Loading the demo company once, where it is wanted, and taking it away without a trace."""

from contextlib import AbstractContextManager
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from accounts.services.users import user_create
from customers.models import Customer
from demo import company, loading, second
from demo.company import COMPLETE, demo_tenant, demo_tenants, password_made
from demo.errors import DemoNotWanted
from demo.filling import bare_tables
from demo.loading import demo_load
from demo.removal import demo_remove
from ispplatform.core.actors import Actor
from ispplatform.core.database.inventory import tenant_tables
from ispplatform.core.database.walls import missing_walls
from ispplatform.core.models import Installation, Tenant, TenantMode
from ispplatform.core.tenancy.context import across_tenants, tenant_context
from tests.factories.core import TenantFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo company without any customer: enough to see where it comes and goes."""
    monkeypatch.setattr(loading, "CAST", ())
    monkeypatch.setattr(loading, "crowd_come", lambda world, size: None)
    monkeypatch.setattr(second, "CHARACTERS", ())


def row_counts() -> dict[str, int]:
    """Count the rows of everything but the installation itself, which no company takes along."""
    with across_tenants("nothing of the removed company may be left"):
        return {
            model._meta.label: model._default_manager.count()
            for model in apps.get_models(include_auto_created=True)
            if model is not Installation
        }


def demo_command(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


def test_what_was_loaded_is_removed_without_a_trace(quick):
    before = row_counts()
    demo_command()
    assert row_counts() != before
    assert "is gone" in demo_command("--remove")
    assert row_counts() == before


def test_the_log_ins_are_kept_for_the_owner_only(quick):
    demo_command()
    path = Path(settings.DATA_DIR) / "demo.txt"
    assert "owner@brightwater.example" in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    demo_command("--remove")
    assert not path.exists()


def test_a_second_loading_changes_nothing_and_is_no_failure(quick):
    demo_command()
    before = row_counts()
    assert "here already" in demo_command()
    assert row_counts() == before


def test_beside_a_live_company_nothing_is_loaded(quick):
    TenantFactory(mode=TenantMode.LIVE)
    before = row_counts()
    assert "live company" in demo_command()
    assert row_counts() == before


def test_another_company_of_that_name_is_left_alone(quick):
    mine = TenantFactory(slug="brightwater")
    with pytest.raises(DemoNotWanted):
        demo_load(seed=1, base_url="http://localhost:8000", tell=lambda text: None)
    with pytest.raises(CommandError):
        demo_command("--remove")
    assert list(Tenant.objects.all()) == [mine]


def test_a_loading_that_was_cut_off_starts_over(quick):
    demo_command()
    half = demo_tenant()
    assert half is not None
    half.settings.pop(COMPLETE)
    half.save()
    assert "starting over" in demo_command()
    whole = demo_tenant()
    assert whole is not None
    assert whole.pk != half.pk
    assert whole.settings[COMPLETE] is True


def cut_off_while_bare() -> AbstractContextManager[None]:
    """Leave what a loading leaves that is killed while it copies; let nobody drop the answer."""
    demo_command()
    half = demo_tenant()
    assert half is not None
    half.settings.pop(COMPLETE)
    half.save()
    loading = bare_tables(tenant_tables())
    loading.__enter__()
    return loading


def database_parts() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT indexname, indexdef FROM pg_indexes")
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%%'")
        return set(cursor.fetchall())


def test_what_was_killed_while_tables_were_bare_is_removed_with_walls_and_indexes_back(quick):
    rows, parts = row_counts(), database_parts()
    killed = cut_off_while_bare()
    demo_command("--remove")
    assert killed
    assert row_counts() == rows
    assert database_parts() == parts


def test_what_was_killed_while_tables_were_bare_starts_over_with_walls_and_indexes(quick):
    demo_command()
    rows, parts = row_counts(), database_parts()
    demo_command("--remove")
    killed = cut_off_while_bare()
    assert "starting over" in demo_command()
    assert killed
    assert row_counts() == rows
    assert database_parts() == parts
    assert missing_walls(connection) == []


def test_rows_of_another_company_stay_when_a_loading_starts_over(quick):
    other = TenantFactory(slug="rival")
    with tenant_context(other.pk):
        customer = CustomerFactory()
    killed = cut_off_while_bare()
    demo_command()
    assert killed
    with tenant_context(other.pk):
        assert list(Customer.objects.all()) == [customer]


def test_people_of_another_company_stay(quick):
    demo_command()
    other = TenantFactory(slug="rival")
    with tenant_context(other.pk):
        user_create(actor=Actor.system("tests"), tenant=other, email="support@brightwater.example")
    for tenant in demo_tenants():
        demo_remove(tenant=tenant)
    assert list(User.objects.values_list("email", flat=True)) == ["support@brightwater.example"]
    assert list(Tenant.objects.all()) == [other]


def test_elsewhere_than_on_loopback_each_password_is_its_own(monkeypatch: pytest.MonkeyPatch):
    assert password_made() == company.PASSWORD
    monkeypatch.setattr(settings, "BOUND_TO_LOOPBACK", False)
    assert len({password_made(), password_made(), company.PASSWORD}) == 3
