"""What tests of mails run with."""

import pytest

from tests.notifications.mail_server import running_mail_server


@pytest.fixture
def mail_server(settings):
    """A mail server of this test, which the product sends to."""
    with running_mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS = "", False
        yield server
