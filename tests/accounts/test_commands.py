"""``manage.py company`` and ``manage.py token_keys``."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Membership, Role, User
from accounts.rules.seeded_roles import SEEDED_ROLES
from ispplatform.core.models import AuditEntry, Tenant, TenantMode
from ispplatform.core.tenancy.context import tenant_context
from tests.factories.core import TenantFactory

FLAGS = {
    "name": "Harbour Networks",
    "country": "de",
    "currency": "eur",
    "time_zone": "Europe/Berlin",
    "owner_email": "Owner@harbour.example",
    "base_url": "http://localhost:8000/",
}
NEW_PASSWORD = "Grey-Kettle-91-Orchard"


def _company(**flags: Any) -> str:
    out = io.StringIO()
    call_command("company", stdout=out, **{**FLAGS, **flags})
    return out.getvalue()


def test_company_is_live_empty_and_hands_out_one_link(db: None) -> None:
    told = _company()

    tenant = Tenant.objects.get()
    assert (tenant.slug, tenant.mode, tenant.country, tenant.currency) == (
        "harbour-networks",
        TenantMode.LIVE,
        "DE",
        "EUR",
    )
    assert tenant.is_default
    with tenant_context(tenant.pk):
        owner = Membership.objects.select_related("user").get()
        assert owner.is_owner
        assert owner.user.email == "owner@harbour.example"
        assert not owner.user.has_usable_password()
        assert Role.objects.count() == len(SEEDED_ROLES)
        assert AuditEntry.objects.filter(act="accounts.company_create").count() == 1
    link = re.search(r"http://localhost:8000(/set-password/\S+)", told)
    assert link is not None
    web = Client()
    done = web.post(link[1], {"new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD})
    assert done["Location"] == "/admin/login/"
    assert web.get(link[1]).status_code == 422


def test_set_up_link_works_for_a_day(db: None) -> None:
    with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False) as clock:
        path = re.search(r"/set-password/\S+", _company())
        assert path is not None
        clock.move_to("2026-03-02 08:59:59+00:00")
        assert Client().get(path[0]).status_code == 200
        clock.move_to("2026-03-02 09:00:00+00:00")
        assert Client().get(path[0]).status_code == 422


def test_second_company_does_not_become_the_default(db: None) -> None:
    TenantFactory(is_default=True)

    _company(sandbox=True)

    tenant = Tenant.objects.get(slug="harbour-networks")
    assert not tenant.is_default
    assert tenant.mode == TenantMode.SANDBOX


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("country", "XX"),
        ("currency", "ABC"),
        ("time_zone", "Mars/Olympus"),
        ("owner_email", "nobody"),
        ("base_url", "harbour.example"),
    ],
)
def test_bad_flags_make_nothing(db: None, flag: str, value: str) -> None:
    with pytest.raises(CommandError):
        _company(**{flag: value})

    assert not Tenant.objects.exists()
    assert not User.objects.exists()


def test_missing_flags_are_asked_for_until_the_answer_fits(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["nowhere", "FR"])
    monkeypatch.setattr("builtins.input", lambda question: next(answers))

    _company(country="")

    assert Tenant.objects.get().country == "FR"


def test_taken_name_is_refused(db: None) -> None:
    _company()

    with pytest.raises(CommandError, match="There is a company harbour-networks already"):
        _company()

    assert Tenant.objects.count() == 1


def test_token_keys_are_made_once_and_rotated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "KEYS_DIR", tmp_path / "keys")

    def run(act: str) -> list[str]:
        out = io.StringIO()
        call_command("token_keys", act, stdout=out)
        return out.getvalue().splitlines()

    assert run("list") == []
    assert len(run("ensure")) == 2  # what was done, and the list
    (only,) = run("ensure")
    assert "signs" in only
    with time_machine.travel("2030-01-01 00:00:00+00:00", tick=False) as clock:
        rotated = run("rotate")
        assert [line.split("  ")[1] for line in rotated[1:]] == ["signs", "verifies"]
        clock.shift(86_401)
        pruned = run("rotate")
        assert any(line.startswith("Deleted") for line in pruned)
        assert len(run("list")) == 2
