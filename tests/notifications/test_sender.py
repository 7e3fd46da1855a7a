"""Trying the sender out: a mail to oneself, and what the DNS says of its domain."""

import pytest
from django.conf import settings
from django.urls import reverse

from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import AuditEntry, OutboxEvent, Tenant
from ispplatform.core.testing import run_until_quiet
from notifications.rules.sender_records import record_findings, record_names
from notifications.sender import last_check, sender_is_proved, sender_try
from tests.notifications.txt_server import txt_server
from tests.pages.staff import staff_client

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor.system("tests")
GOOD = {
    "spf": ["google-site-verification=1", "v=spf1 mx -all"],
    "dkim": ["k=rsa; p=MIIB", "v=DKIM1; k=rsa; p=MIIB"],
    "dmarc": ["v=DMARC1; p=none"],
}


def test_a_test_mail_goes_to_whoever_asks_and_is_audited(tenant, mail_server):
    desk = staff_client(tenant, "support")
    answer = desk.post(reverse("admin:mail_sender"), {"act": "mail"}, follow=True)
    assert "On its way to" in answer.content.decode()
    run_until_quiet()
    (message,) = mail_server.taken
    assert message["Subject"] == f"A test mail of {tenant.name}"
    assert AuditEntry.objects.filter(act="notifications.sender_try").count() == 1
    assert "Sent" in desk.get(reverse("admin:mail_sender")).content.decode()


def test_who_may_not_send_mails_sends_no_test_mail_either(tenant):
    reader = Actor(
        type=ActorType.USER, id="1", label="reader", permissions=frozenset({"mails:read"})
    )
    with pytest.raises(NotPermitted):
        sender_try(actor=reader, tenant=tenant, to_email="reader@northwind.example")
    assert not OutboxEvent.objects.exists()


@pytest.fixture
def dns(tenant, monkeypatch):
    """The DNS knows SPF and DMARC of one domain, which the company writes from."""
    tenant.settings["notifications.sender_email"] = "office@mails.example"
    tenant.save()
    texts = {"mails.example": GOOD["spf"], "_dmarc.mails.example": GOOD["dmarc"]}
    with txt_server(texts) as address:
        monkeypatch.setattr(settings, "DNS_RESOLVERS", [address])
        yield texts


def looked_at(tenant):
    desk = staff_client(tenant, "support")
    desk.post(reverse("admin:mail_sender"), {"act": "check"})
    run_until_quiet()
    return desk.get(reverse("admin:mail_sender")).content.decode()


def is_proved(tenant):
    return Tenant.objects.annotate(so=sender_is_proved()).get(pk=tenant.pk).so


def test_what_the_dns_says_of_the_sender_stands_on_its_page(tenant, dns):
    page = looked_at(tenant)
    assert "v=spf1 mx -all" in page
    assert "v=DMARC1; p=none" in page
    assert page.count(">Found<") == 2
    assert ">Missing<" not in page


def test_a_missing_record_is_named(tenant, dns):
    del dns["_dmarc.mails.example"]
    page = looked_at(tenant)
    assert page.count(">Missing<") == 1
    assert "_dmarc.mails.example" in page
    assert last_check().result["is_good"] is False


def test_the_sender_is_proved_by_a_mail_that_left_and_good_records(tenant, dns, mail_server):
    looked_at(tenant)
    assert not is_proved(tenant)
    sender_try(actor=SYSTEM, tenant=tenant, to_email="office@northwind.example")
    run_until_quiet()
    assert is_proved(tenant)


def test_dkim_is_asked_only_where_its_selector_is_known():
    assert record_names("x.example", "") == {"spf": "x.example", "dmarc": "_dmarc.x.example"}
    assert record_names("x.example", "k1")["dkim"] == "k1._domainkey.x.example"


def test_one_record_of_a_kind_is_good_none_and_two_are_not():
    names = record_names("x.example", "k1")
    found = {one.kind: one for one in record_findings(names, GOOD | {"dkim": GOOD["dkim"][1:]})}
    assert [found[kind].is_good for kind in ("spf", "dkim", "dmarc")] == [True, True, True]
    assert found["spf"].found == "v=spf1 mx -all"
    none = {one.kind: one for one in record_findings(names, {})}
    assert [one.is_good for one in none.values()] == [False, False, False]
    two = record_findings(names, GOOD | {"spf": ["v=spf1 -all", "v=spf1 mx"]})
    assert [(one.kind, one.count, one.found) for one in two if one.kind == "spf"] == [
        ("spf", 2, "")
    ]


def test_a_key_without_its_version_is_a_dkim_record():
    (found,) = record_findings({"dkim": "k1._domainkey.x.example"}, {"dkim": ["p=MIIB"]})
    assert found.is_good
