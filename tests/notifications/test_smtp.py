"""What becomes of a message is told as it is: taken, refused, not reached, unknown."""

import pytest

from ispplatform.core.errors import (
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.http import Deadline
from notifications.providers.smtp import SmtpServer, smtp_send
from tests.notifications.mail_server import running_mail_server
from tests.ports import free_port

MESSAGE = b"From: office@northwind.example\r\nTo: ada@x.example\r\nSubject: Hi\r\n\r\n.Hello.\r\n"


@pytest.fixture
def server():
    with running_mail_server() as running:
        yield running


def send(port, *, recipient="ada@x.example", seconds=10.0):
    return smtp_send(
        SmtpServer(host="127.0.0.1", port=port),
        sender="office@northwind.example",
        recipient=recipient,
        content=MESSAGE,
        deadline=Deadline.after(seconds),
    )


def test_the_servers_answer_is_what_comes_back(server):
    assert send(server.port) == "250 OK: queued as 17"
    (message,) = server.taken
    assert (message["Subject"], message.get_content().strip()) == ("Hi", ".Hello.")
    assert server.answers.recipients == ["ada@x.example"]


@pytest.mark.parametrize("place", ["to_recipient", "to_message"])
@pytest.mark.parametrize(
    ("answer", "error"),
    [("550 no such user", ProviderRejected), ("451 come back later", ProviderUnavailable)],
)
def test_a_refusal_for_good_is_told_from_one_for_now(server, place, answer, error):
    setattr(server.answers, place, answer)
    with pytest.raises(error, match=answer):
        send(server.port)
    assert server.taken == []


def test_a_line_that_breaks_with_the_message_under_way_leaves_the_outcome_open(server):
    server.answers.hangs_up = True
    with pytest.raises(ProviderOutcomeUnknown):
        send(server.port)


def test_a_server_that_does_not_answer_took_nothing():
    with pytest.raises(ProviderUnavailable):
        send(free_port())


def test_no_time_left_means_nothing_is_sent(server):
    with pytest.raises(ProviderUnavailable):
        send(server.port, seconds=0)
    assert server.taken == []


def test_an_address_beyond_ascii_goes_where_the_server_can_write_it(server):
    # aiosmtpd offers SMTPUTF8.
    send(server.port, recipient="müller@x.example")
    assert server.answers.recipients == ["müller@x.example"]
