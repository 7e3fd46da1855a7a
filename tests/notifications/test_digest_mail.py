"""The digest's mail, as it arrives."""

from datetime import timedelta

import pytest
import time_machine

from ispplatform.core.attention import attention_open
from ispplatform.core.attention.digest import attention_digest
from ispplatform.core.attention.gathering import MAILED_AT_ONCE
from ispplatform.core.clock import system_now
from ispplatform.core.operations.tasks import watch_operations
from ispplatform.core.subjects import subject_of
from ispplatform.core.testing import run_until_quiet
from notifications.models import Mail
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_digest_names_each_matter_and_leads_to_the_list(tenant, mail_server):
    sentences = ("The panel cannot be read.", "An event is parked.")
    with time_machine.travel(system_now() - timedelta(days=2)):
        for sentence in sentences:
            subject = subject_of(CustomerFactory())
            attention_open(kind="core.operation", subject=subject, sentence=sentence)
    assert attention_digest(tenant) == len(sentences)
    run_until_quiet()
    (message,) = mail_server.taken
    text = message.get_body(("plain",)).get_content()
    assert message["Subject"] == "2 new matters need a person"
    assert message["To"].addresses[0].addr_spec == tenant.contact_email
    assert [sentence for sentence in sentences if sentence not in text] == []
    assert "/admin/core/attentionitem/" in text
    assert Mail.objects.get().customer_id is None


def test_a_provider_that_refuses_everything_fills_no_mailbox(tenant, mail_server):
    refused = 147
    with time_machine.travel(system_now() - timedelta(minutes=11)):
        for number in range(refused):
            attention_open(
                kind="core.operation_urgent",
                subject=subject_of(CustomerFactory()),
                sentence=f"Reading domain {number} back was refused.",
            )
    run_until_quiet()
    assert len(mail_server.taken) == MAILED_AT_ONCE.default
    watch_operations()
    run_until_quiet()
    together = mail_server.taken[-1]
    assert len(mail_server.taken) == MAILED_AT_ONCE.default + 1
    assert together["Subject"] == f"{refused - MAILED_AT_ONCE.default} new matters need a person"
    text = " ".join(together.get_body(("plain",)).get_content().split())
    assert "The first ones were mailed one by one" in text
    assert "Reading domain 10 back was refused." in text
    assert "And 117 more." in text
