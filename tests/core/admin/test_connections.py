"""Connections: forms made of what a back end asks for; secrets go in and never come out."""

from django.test import Client
from django.urls import reverse

from ispplatform.core.models import AuditEntry, ProviderConnection
from ispplatform.core.models.connections import ConnectionState

ADD = "/admin/connections/new/"


def change_url(row: ProviderConnection) -> str:
    return reverse("admin:core_providerconnection_change", args=[row.pk])


def act_url(row: ProviderConnection, name: str) -> str:
    return reverse("admin:core_providerconnection_act", args=[row.pk, name])


def test_one_chooses_a_back_end_and_gets_its_fields(admin_desk: Client, lamp_kinds) -> None:
    choice = admin_desk.get(ADD).content.decode()
    assert 'href="?backend=lamps/works"' in choice
    form = admin_desk.get(f"{ADD}?backend=lamps/works").content.decode()
    assert 'name="config__owner" value="nobody"' in form
    assert 'type="password" name="secret__api_key"' in form
    assert admin_desk.get(f"{ADD}?backend=lamps/none").status_code == 200


def test_a_connection_is_kept_encrypted(admin_desk: Client, lamp_kinds) -> None:
    answer = admin_desk.post(
        f"{ADD}?backend=lamps/works",
        {"name": "Works 2", "config__owner": "Ada", "secret__api_key": "s3cret-key"},
    )
    row = ProviderConnection.objects.get(name="Works 2")
    assert answer["Location"] == change_url(row)
    assert row.credentials == {"api_key": "s3cret-key"}
    assert row.config == {"owner": "Ada"}
    page = admin_desk.get(change_url(row)).content.decode()
    edit = admin_desk.get(act_url(row, "edit")).content.decode()
    assert "s3cret-key" not in page + edit


def test_a_refused_value_is_shown_beside_its_field(admin_desk: Client, lamp_kinds) -> None:
    answer = admin_desk.post(
        f"{ADD}?backend=lamps/works",
        {"name": "W", "config__owner": "", "config__url": "ftp://x", "secret__api_key": "k"},
    )
    page = answer.content.decode()
    assert 'id="id_config__url_error"' in page
    assert "Address: use an address like https://…" in page
    assert ProviderConnection.objects.count() == 0


def test_a_live_account_has_no_place_in_a_sandbox(admin_desk: Client, lamp_kinds) -> None:
    answer = admin_desk.post(
        f"{ADD}?backend=lamps/real", {"name": "R", "secret__api_key": "live-1"}
    )
    assert answer.status_code == 200
    assert 'class="notice tone-bad"' in answer.content.decode()
    assert ProviderConnection.objects.count() == 0


def test_changing_keeps_the_secrets_that_are_not_written(admin_desk: Client, connection) -> None:
    admin_desk.post(act_url(connection, "edit"), {"name": "Works", "config__owner": "Grace"})
    connection.refresh_from_db()
    assert connection.credentials == {"api_key": "key-of-the-works"}
    assert connection.config["owner"] == "Grace"
    admin_desk.post(
        act_url(connection, "edit"),
        {"name": "Works", "config__owner": "Grace", "secret__api_key": "new"},
    )
    connection.refresh_from_db()
    assert connection.credentials == {"api_key": "new"}


def test_the_button_asks_the_provider_and_tells_what_it_said(
    admin_desk: Client, connection
) -> None:
    page = admin_desk.post(act_url(connection, "test"), follow=True).content.decode()
    connection.refresh_from_db()
    assert connection.state == ConnectionState.WORKING
    assert connection.state_sentence in page


def test_a_button_that_acts_at_once_does_nothing_when_its_address_is_opened(
    admin_desk: Client, connection
) -> None:
    assert admin_desk.get(act_url(connection, "test")).status_code == 200
    connection.refresh_from_db()
    assert connection.state == ConnectionState.UNTESTED


def test_switching_off_and_on(admin_desk: Client, connection) -> None:
    admin_desk.post(act_url(connection, "switch_off"))
    connection.refresh_from_db()
    assert connection.is_active is False
    assert admin_desk.post(act_url(connection, "switch_off")).status_code == 302
    connection.refresh_from_db()
    assert connection.is_active is False
    admin_desk.post(act_url(connection, "switch_on"))
    connection.refresh_from_db()
    assert connection.is_active is True


def test_who_may_only_look_sets_nothing_up(support_desk: Client, connection) -> None:
    assert support_desk.get(change_url(connection)).status_code == 200
    assert support_desk.get(ADD).status_code == 403
    assert support_desk.post(f"{ADD}?backend=lamps/works", {"name": "X"}).status_code == 403
    assert support_desk.post(act_url(connection, "test")).status_code == 403
    assert ProviderConnection.objects.count() == 1
    assert not AuditEntry.objects.filter(act="core.connection_test").exists()


def test_kinds_and_back_ends_are_told_in_words(admin_desk: Client) -> None:
    row = ProviderConnection.objects.create(name="Name servers", kind="dns", backend="sandbox")
    lines = reverse("admin:core_providerconnection_changelist")
    for address in (change_url(row), lines):
        shown = admin_desk.get(address).content.decode()
        assert "DNS server" in shown
        assert ">dns<" not in shown
    assert row.name not in admin_desk.get(lines, {"kind": "panel"}).content.decode()
    assert row.name in admin_desk.get(lines, {"kind": "dns"}).content.decode()
