"""The page *Sandbox*: for who may, in a sandbox only, and each button does what it says."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from ispplatform.core.clock import business_now
from ispplatform.core.models import (
    ClockMove,
    FaultMode,
    ProviderConnection,
    SandboxFault,
    Tenant,
    TenantMode,
)
from ispplatform.core.sandbox.admin.pages import month_later
from ispplatform.core.testing import run_until_quiet
from tests.factories.domains import RegistrarConnectionFactory
from tests.pages.staff import staff_client
from tests.sandbox.conftest import START
from tests.sandbox.test_mails import kept, letter

BENCH = "/admin/sandbox/"


@pytest.fixture
def desk(tenant: Tenant) -> Client:
    """Somebody who may use the bench."""
    return staff_client(tenant, "operator")


@pytest.fixture
def registrar(tenant: Tenant) -> ProviderConnection:
    return RegistrarConnectionFactory(name="Sandbox registrar")


def text_of(response) -> str:
    return response.content.decode()


def test_the_bench_is_in_the_navigation_of_a_sandbox_only(desk: Client, tenant: Tenant):
    assert BENCH in text_of(desk.get("/admin/"))
    Tenant.objects.filter(pk=tenant.pk).update(mode=TenantMode.LIVE)
    cache.clear()
    live = staff_client(tenant, "operator")
    assert live.get(BENCH).status_code == 404
    assert BENCH not in text_of(live.get("/admin/"))


def test_who_may_not_use_it_sees_nothing_of_it(tenant: Tenant):
    editor = staff_client(tenant, "editor")
    assert editor.get(BENCH).status_code == 403
    assert editor.post(BENCH, {"act": "move", "step": "day"}).status_code == 403
    assert not ClockMove.objects.exists()
    assert BENCH not in text_of(editor.get("/admin/"))


# ------------------------------------------------------------------------------------------ clock


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_time")
@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        ({"step": "day"}, START + timedelta(days=1)),
        ({"step": "month"}, START.replace(month=4)),
        ({"step": "date", "date": "2026-05-02"}, START.replace(month=5, day=2, hour=7)),
    ],
)
def test_buttons_move_the_clock(desk: Client, tenant: Tenant, bells, sent, arrives):
    desk.post(BENCH, {"act": "move", **sent})
    run_until_quiet()
    assert business_now(Tenant.objects.get(pk=tenant.pk)) == arrives


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_time")
def test_a_moving_clock_shows_how_far_it_is_and_then_what_ran(desk: Client, bells):
    bells.due = [START + timedelta(hours=3)]
    desk.post(BENCH, {"act": "move", "step": "day"})
    moving = text_of(desk.get(reverse("admin:sandbox_clock")))
    assert 'hx-trigger="every 1s"' in moving
    assert 'value="0"' in moving
    run_until_quiet()
    arrived = text_of(desk.get(reverse("admin:sandbox_clock")))
    assert "hx-trigger" not in arrived
    assert "Rings: 1" in arrived
    assert "Bell rang" in arrived


@pytest.mark.parametrize("sent", [{"step": "date", "date": "soon"}, {"step": "yesterday"}])
def test_a_time_that_is_none_moves_nothing(desk: Client, sent):
    shown = desk.post(BENCH, {"act": "move", **sent}, follow=True)
    assert shown.status_code == 200
    assert not ClockMove.objects.exists()


def test_a_month_later_ends_with_the_month():
    january = START.replace(month=1, day=31)
    assert month_later(january) == START.replace(month=2, day=28)
    assert month_later(START.replace(month=12)) == START.replace(year=2027, month=1)


# ----------------------------------------------------------------------------------------- faults


def test_a_connection_is_broken_and_mended(desk: Client, registrar: ProviderConnection):
    sent = {"act": "break", "connection": registrar.pk, "mode": "answer_lost", "call": "register"}
    page = text_of(desk.post(BENCH, {**sent, "times": "2"}, follow=True))
    fault = SandboxFault.objects.get()
    assert (fault.mode, fault.call, fault.remaining) == (FaultMode.ANSWER_LOST, "register", 2)
    assert "Does it, but the answer is lost" in page
    assert "2 times" in page
    desk.post(BENCH, {"act": "mend", "connection": registrar.pk})
    assert not SandboxFault.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "explodes"},
        {"call": "__init__"},
        {"times": "many"},
        {"times": "0"},
        {"minutes": "100000"},
        {"connection": "nonsense"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(
    desk: Client, registrar: ProviderConnection, wrong: dict[str, str]
):
    sent = {"act": "break", "connection": str(registrar.pk), "mode": "refused", **wrong}
    assert desk.post(BENCH, sent, follow=True).status_code == 200
    assert not SandboxFault.objects.exists()


def test_a_real_connection_is_not_offered(desk: Client, tenant: Tenant):
    row = RegistrarConnectionFactory(name="The real one", is_sandbox=False)
    assert "The real one" not in text_of(desk.get(BENCH))
    desk.post(BENCH, {"act": "break", "connection": row.pk, "mode": "refused"})
    assert not SandboxFault.objects.exists()


# ------------------------------------------------------------------------------------------- mail


@pytest.fixture
def mail_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "MAIL_CATCHER_DIR", tmp_path)
    return tmp_path


def test_mails_stand_on_the_bench_and_can_be_read(desk: Client, tenant: Tenant, mail_dir: Path):
    html = '<p>Hello</p><a href="http://localhost:8000/confirm">Confirm</a>'
    name = kept(mail_dir, letter("Confirm your address", company=tenant.pk, html=html))
    address = reverse("admin:sandbox_mail", args=[name])
    for page in (BENCH, reverse("admin:sandbox_newest_mails"), reverse("admin:sandbox_mails")):
        assert address in text_of(desk.get(page))
    shown = text_of(desk.get(address))
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown
    assert "&lt;a href=&quot;http://localhost:8000/confirm&quot;&gt;Confirm&lt;/a&gt;" in shown


def test_a_script_in_a_mail_stays_text(desk: Client, tenant: Tenant, mail_dir: Path):
    html = "<script>alert(1)</script>"
    subject = "<script>alert(2)</script>"
    name = kept(mail_dir, letter(subject, company=tenant.pk, html=html))
    shown = text_of(desk.get(reverse("admin:sandbox_mail", args=[name])))
    assert "<script>alert" not in shown


def test_an_attachment_is_saved_under_its_name(desk: Client, tenant: Tenant, mail_dir: Path):
    message = letter("Invoice", company=tenant.pk)
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename='a"b.pdf')
    name = kept(mail_dir, message)
    answer = desk.get(reverse("admin:sandbox_attachment", args=[name, 0]))
    assert answer.content == b"%PDF"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ab.pdf"'
    assert desk.get(reverse("admin:sandbox_attachment", args=[name, 1])).status_code == 404


def test_a_mail_that_is_not_there_is_not_found(desk: Client, mail_dir: Path):
    name = "20260301T120000.000000Z-00000000.eml"
    assert desk.get(reverse("admin:sandbox_mail", args=[name])).status_code == 404
