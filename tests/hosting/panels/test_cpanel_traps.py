"""Each way in which WHM misleads a program, one test each."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection as database

from hosting.providers.panels.base import Panel
from hosting.providers.panels.cpanel.envelopes import uapi_data, whm_data
from hosting.providers.panels.cpanel.sizes import limit_bytes, size_bytes, whole_number
from ispplatform.core.errors import (
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.http import Deadline, Exchange, ExchangeRecorder, HttpAnswer
from ispplatform.core.models import ProviderConnection
from ispplatform.core.providers import provider_for
from ispplatform.core.providers.building import secret_values
from tests.hosting.panels.conftest import Authority
from tests.hosting.panels.fake_cpanel import FakeCpanel, Fault
from tests.providers.contract_panel import FIRST_PASSWORD, NEW_PASSWORD, PanelContract

SUITE = PanelContract()
ORDER = SUITE.order()
MAILBOX = SUITE.mailbox()
UNKNOWN_AND_DONE = [
    Fault.DROPPED_AFTER,
    Fault.HANGS_AFTER,
    Fault.ERROR_500_AFTER,
    Fault.PROXY_524_AFTER,
    Fault.HTML_AFTER,
    Fault.TRUNCATED_AFTER,
    Fault.OLD_SHAPE_AFTER,
]
UNKNOWN_AND_NOT_DONE = [Fault.DROPPED_BEFORE, Fault.ERROR_500_BEFORE, Fault.HTML_BEFORE]
CERTAINLY_NOT_DONE = [Fault.REDIRECT, Fault.FORBIDDEN, Fault.BUSY]


@pytest.fixture
def panel(connection: ProviderConnection) -> Panel:
    made: Any = provider_for(connection)
    return made


def panel_for(connection: ProviderConnection, fault: Fault) -> Any:
    """A panel whose patience ends soon where no answer is to be awaited."""
    seconds = 5 if fault is Fault.HANGS_AFTER else 20
    return provider_for(connection, deadline=Deadline.after(seconds))


# ------------------------------------------------------------------------------------- answers


@pytest.mark.parametrize("fault", UNKNOWN_AND_DONE)
def test_after_a_lost_answer_the_account_is_found(
    whm: FakeCpanel, connection: ProviderConnection, fault: Fault
):
    whm.fail("createacct", fault)
    with pytest.raises(ProviderOutcomeUnknown):
        panel_for(connection, fault).create_account(ORDER)

    found = provider_for(connection).find_account(ORDER.username)

    assert (found.username, found.domain) == (ORDER.username, ORDER.domain)
    assert whm.state.made == [ORDER.username]


@pytest.mark.parametrize("fault", UNKNOWN_AND_NOT_DONE)
def test_what_looks_lost_may_not_have_happened(whm: FakeCpanel, panel: Panel, fault: Fault):
    whm.fail("createacct", fault)
    with pytest.raises(ProviderOutcomeUnknown):
        panel.create_account(ORDER)

    assert panel.find_account(ORDER.username) is None


@pytest.mark.parametrize("fault", CERTAINLY_NOT_DONE)
def test_an_answer_of_the_door_means_that_nothing_was_done(
    whm: FakeCpanel, panel: Panel, fault: Fault
):
    for function, act in (
        ("createacct", lambda: panel.create_account(ORDER)),
        ("add_pop", lambda: panel.create_mailbox(MAILBOX)),
    ):
        whm.fail(function, fault)
        with pytest.raises(ProviderUnavailable):
            act()
    assert whm.state.made == []


@pytest.mark.parametrize("fault", [*UNKNOWN_AND_DONE, *UNKNOWN_AND_NOT_DONE, *CERTAINLY_NOT_DONE])
def test_a_reading_call_without_an_answer_is_asked_again(
    whm: FakeCpanel, connection: ProviderConnection, fault: Fault
):
    whm.fail("listaccts", fault)
    with pytest.raises(ProviderUnavailable):
        panel_for(connection, fault).find_account(ORDER.username)


def test_an_account_that_is_made_but_cannot_be_read_is_not_made_twice(
    whm: FakeCpanel, panel: Panel
):
    whm.fail("listaccts", Fault.DROPPED_BEFORE)

    with pytest.raises(ProviderOutcomeUnknown):
        panel.create_account(ORDER)

    assert whm.state.made == [ORDER.username]


def test_result_0_in_an_answer_200_is_a_refusal_with_its_reason(whm: FakeCpanel, panel: Panel):
    whm.fail("createacct", Fault.REFUSED)
    with pytest.raises(ProviderRejected) as refusal:
        panel.create_account(ORDER)

    assert refusal.value.message == "No, not today."
    assert refusal.value.params == {"xid": "ab12cd"}
    assert panel.find_account(ORDER.username) is None


def test_a_refusal_inside_a_success_is_a_refusal(whm: FakeCpanel, panel: Panel):
    panel.create_account(ORDER)
    whm.fail("add_pop", Fault.INNER_REFUSED)

    with pytest.raises(ProviderRejected, match="Not inside either"):
        panel.create_mailbox(MAILBOX)


def answer(body: str, *, is_of_act: bool = True) -> HttpAnswer:
    return HttpAnswer(status=200, headers={}, body=body.encode(), is_of_act=is_of_act)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("[1]", ProviderOutcomeUnknown),
        ("{}", ProviderOutcomeUnknown),
        ('{"status": 0, "error": "Permission Denied"}', ProviderUnavailable),
        ('{"cpanelresult": {"error": "Access denied"}}', ProviderUnavailable),
        ('{"cpanelresult": {"error": "User is unknown"}}', ProviderRejected),
        ('{"status": 0, "statusmsg": "No such thing"}', ProviderRejected),
        ('{"metadata": {"result": 0, "reason": null}}', ProviderRejected),
        ('{"metadata": {"result": "0"}}', ProviderRejected),
        ('{"metadata": {"version": 1}}', ProviderOutcomeUnknown),
    ],
)
def test_answers_that_are_no_success(body: str, error: type[Exception]):
    with pytest.raises(error):
        whm_data(answer(body))


def test_answers_that_are_a_success():
    assert whm_data(answer('{"metadata": {"result": 1}}')) == {}
    assert whm_data(answer('{"metadata": {"result": "1"}, "data": {"a": 2}}')) == {"a": 2}
    plain = {"status": 1, "data": [3]}
    assert uapi_data(answer("{}"), plain) == [3]
    assert uapi_data(answer("{}"), {"result": plain}) == [3]
    for none in (None, {}, {"result": None}):
        with pytest.raises(ProviderOutcomeUnknown):
            uapi_data(answer("{}"), none)


# ------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    "username",
    ["", "1shop", "testshop", "a" * 17, "shop-one", "Shop", "the_shop", "mypassword", "müller"],
)
def test_names_that_cannot_be_are_refused_before_anything_is_sent(
    whm: FakeCpanel, panel: Panel, username: str
):
    with pytest.raises(ProviderRejected):
        panel.create_account(replace(ORDER, username=username))

    assert whm.calls == []


@pytest.mark.parametrize("username", ["mysql", "contra0123"])
def test_reserved_names_and_the_first_eight_letters_are_the_servers_to_refuse(
    whm: FakeCpanel, panel: Panel, username: str
):
    whm.state.add("contra01", "elsewhere.example")
    with pytest.raises(ProviderRejected):
        panel.create_account(replace(ORDER, username=username))

    assert whm.state.made == []


def test_a_name_is_not_found_inside_a_longer_one(whm: FakeCpanel, panel: Panel):
    whm.state.add("contra012", "neighbour.example", traffic_bytes=77)
    whm.state.add("xcontra01", "other.example", traffic_bytes=88)

    assert panel.find_account("contra01") is None
    whm.state.add("contra01", "ours.example", traffic_bytes=99)
    assert panel.find_account("contra01").domain == "ours.example"
    assert panel.usage("contra01").bandwidth_used_bytes == 99


def test_accounts_of_other_resellers_are_not_there(
    start_fake: Callable[..., FakeCpanel], connect: Callable[..., ProviderConnection]
):
    fake = start_fake(user="northwind")
    fake.state.add("contra01", "theirs.example", owner="rival")
    panel = provider_for(connect(fake))

    assert panel.find_account("contra01") is None
    with pytest.raises(ProviderRejected):
        panel.create_account(ORDER)
    panel.delete_account("contra01")
    assert fake.state.removed == []


def test_mail_at_cpanel_is_refused(panel: Panel):
    panel.create_account(ORDER)
    with pytest.raises(ProviderRejected):
        panel.create_mailbox(SUITE.mailbox("cpanel"))


# ------------------------------------------------------------------------------------- limits


def test_a_licence_that_is_full_says_so(whm: FakeCpanel, panel: Panel):
    whm.state.licensed = 0
    with pytest.raises(ProviderRejected, match="licence stands in the way"):
        panel.create_account(ORDER)


def test_the_packages_limit_of_mailboxes_is_a_refusal(whm: FakeCpanel, panel: Panel):
    panel.create_account(ORDER)
    whm.state.max_mailboxes = 0
    with pytest.raises(ProviderRejected, match="maximum number"):
        panel.create_mailbox(MAILBOX)


def test_usage_is_told_in_bytes(whm: FakeCpanel, panel: Panel):
    panel.create_account(ORDER)

    used = panel.usage(ORDER.username)

    assert used.disk_used_bytes == 14 * 1024 * 1024
    assert used.disk_limit_bytes == 1024 * 1024 * 1024
    assert (used.bandwidth_used_bytes, used.bandwidth_limit_bytes) == (3_000_000, 1_048_576_000)
    panel.change_package(ORDER.username, "mail")
    assert panel.usage(ORDER.username).disk_limit_bytes is None


def test_a_suspended_account_still_tells_its_usage(panel: Panel):
    panel.create_account(ORDER)
    panel.suspend_account(ORDER.username, "unpaid")

    used = panel.usage(ORDER.username)

    assert (used.disk_used_bytes, used.mailboxes_count) == (14 * 1024 * 1024, None)


@pytest.mark.parametrize(
    ("text", "size"),
    [("14M", 14680064), ("14", 14680064), ("1.5G", 1610612736), ("512K", 524288), (None, 0)],
)
def test_sizes_with_and_without_a_unit(text: str | None, size: int):
    assert size_bytes(text) == size


def test_no_limit_is_written_in_several_ways():
    assert [limit_bytes(text) for text in ("unlimited", "none", "", "0", "0M")] == [None] * 5
    assert [whole_number(text) for text in ("unlimited", None, "12", 13, "1e3")] == [
        0,
        0,
        12,
        13,
        1000,
    ]
    for broken in ("much", "12 parsecs"):
        with pytest.raises(ProviderUnavailable):
            size_bytes(broken)
        with pytest.raises(ProviderUnavailable):
            whole_number(broken)


# ------------------------------------------------------------------------------------- suspending


def test_the_reason_reaches_the_server(whm: FakeCpanel, panel: Panel):
    panel.create_account(ORDER)

    panel.suspend_account(ORDER.username, "Service 7")

    assert whm.state.accounts[ORDER.username].reason == "Service 7"


def test_what_the_servers_owner_locked_stays_off_and_is_told(
    start_fake: Callable[..., FakeCpanel], connect: Callable[..., ProviderConnection]
):
    fake = start_fake(user="northwind")
    fake.state.add("contra01", "ours.example", owner="northwind", suspended=True, locked=True)

    with pytest.raises(ProviderRejected, match="locked"):
        provider_for(connect(fake)).resume_account("contra01")


def test_half_switched_mailboxes_are_switched_whole(whm: FakeCpanel, panel: Panel):
    panel.create_account(ORDER)
    panel.create_mailbox(MAILBOX)
    box = whm.state.accounts[ORDER.username].mailboxes[MAILBOX.address]
    whm.fail("suspend_incoming", Fault.DROPPED_BEFORE)
    with pytest.raises(ProviderOutcomeUnknown):
        panel.set_mailbox_suspended(ORDER.username, MAILBOX.address, suspended=True)
    assert box.suspended == {"login": True, "incoming": False, "outgoing": False}

    panel.set_mailbox_suspended(ORDER.username, MAILBOX.address, suspended=True)

    assert set(box.suspended.values()) == {True}
    assert len(whm.called("suspend_login")) == 1


def test_mailboxes_of_an_account_that_is_gone_cannot_be_asked_for(panel: Panel):
    with pytest.raises(ProviderRejected):
        panel.find_mailbox("contra01", MAILBOX.address)


# ------------------------------------------------------------------------------------- secrets


def test_a_new_password_leaves_the_databases_password_alone(whm: FakeCpanel, panel: Panel):
    panel.create_account(ORDER)
    panel.create_mailbox(MAILBOX)

    panel.set_account_password(ORDER.username, NEW_PASSWORD)
    panel.set_mailbox_password(ORDER.username, MAILBOX.address, NEW_PASSWORD)

    account = whm.state.accounts[ORDER.username]
    assert (account.password, account.database_password) == (NEW_PASSWORD, "")
    assert account.mailboxes[MAILBOX.address].password == NEW_PASSWORD


def test_no_record_holds_a_password_or_the_token(whm: FakeCpanel, connection: ProviderConnection):
    kept: list[Exchange] = []
    recorder = ExchangeRecorder(kept.append, secrets=secret_values(connection.credentials))
    panel = provider_for(connection, recorder=recorder)

    panel.create_account(ORDER)
    panel.create_mailbox(MAILBOX)
    panel.set_account_password(ORDER.username, NEW_PASSWORD)
    panel.set_mailbox_password(ORDER.username, MAILBOX.address, NEW_PASSWORD)

    told = str(kept)
    assert "createacct" in told
    assert "PassWord: •••" in told
    for secret in (FIRST_PASSWORD, NEW_PASSWORD, whm.token):
        assert secret not in told


def test_the_token_lies_encrypted_in_the_database(whm: FakeCpanel, connection: ProviderConnection):
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM core_providerconnection WHERE name = %s", [connection.name])
        assert whm.token not in str(cursor.fetchall())


# ------------------------------------------------------------------------------------- the line


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(
    whm: FakeCpanel, connect: Callable[..., ProviderConnection]
):
    panel = provider_for(connect(whm, ca_file=""))
    with pytest.raises(ProviderUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        panel.create_account(ORDER)

    assert whm.calls == []


def test_an_authority_file_that_is_none_is_told(
    whm: FakeCpanel, connect: Callable[..., ProviderConnection], authority: Authority
):
    missing = str(authority.ca_file.with_name("missing.pem"))
    with pytest.raises(ProviderUnavailable, match=r"missing\.pem"):
        provider_for(connect(whm, ca_file=missing)).packages()


@pytest.mark.parametrize("host", ["https://localhost", "localhost:2087", "local host", "a/b", "-"])
def test_a_host_is_a_name_and_nothing_else(
    whm: FakeCpanel, connect: Callable[..., ProviderConnection], host: str
):
    with pytest.raises(ProviderRejected, match="without https"):
        provider_for(connect(whm, host=host))
