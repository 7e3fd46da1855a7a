"""A mail is written once per event and address, stored as sent, and known by what became of it."""

from uuid import UUID, uuid4

import pytest
from django.db import transaction

from accounts.choices import EmailCodePurpose
from accounts.models import EmailCode
from accounts.services.email_codes import email_code_send
from customers.services import ContactData, contact_add
from ispplatform.core.actors import Actor
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotPermitted
from ispplatform.core.events import DeliveredEvent
from ispplatform.core.models import AttentionItem, AuditEntry, Operation, OutboxEvent
from ispplatform.core.subjects import Subject
from ispplatform.core.testing import run_until_quiet
from notifications.declaring import declare_customer_mail
from notifications.errors import MailNotFound, MailNotRepeatable
from notifications.models import Mail
from notifications.selectors import mail_by_id, mails_for
from notifications.services import mail_send_again, mails_write
from notifications.slots import (
    AttachedFile,
    Attachment,
    AttachmentSource,
    MailDraft,
    MailKind,
    Recipient,
    attachment_sources,
    mail_kinds,
    recipients_of_customer,
)
from tests.actors import portal, staff
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor.system("tests")
FILE = AttachedFile(name="invoice-7.pdf", content_type="application/pdf", content=b"%PDF-7")


def happened(name="billing.refund_settled", customer_id=None, **payload):
    return DeliveredEvent(
        id=uuid4(),
        name=name,
        payload={"amount": "9.00", "currency": "EUR", "reason": "", **payload},
        subject=Subject(type="billing.refund", id=uuid4()),
        customer_id=customer_id,
        tenant_id=uuid4(),
        sequence=1,
        occurred_at=system_now(),
    )


def kind_of(*drafts, **options):
    return MailKind(
        key="test.mail",
        event="billing.refund_settled",
        template="email/refund.html",
        trigger="A test.",
        audience="the test",
        drafts=lambda event: drafts,
        **options,
    )


def to(address="ada@x.example", **reader):
    values = {"sum": "9.00", "currency": "EUR", "reason": "", "url": "http://x.example/billing"}
    return MailDraft(to=Recipient(email=address, **reader), values=values)


def written(kind, event):
    with transaction.atomic(), mail_kinds.filled(kind):
        return mails_write(kind=kind, event=event)


def test_a_mail_is_sent_and_kept_with_the_servers_answer(tenant, mail_server):
    (mail,) = written(kind_of(to(name="Ada Lovelace")), happened())
    run_until_quiet()
    mail.refresh_from_db()
    assert (mail.state, mail.server_answer) == ("sent", "250 OK: queued as 17")
    assert mail.sent_at is not None
    (message,) = mail_server.taken
    assert message["From"] == "Northwind Hosting <office@northwind.example>"
    assert message["To"] == "Ada Lovelace <ada@x.example>"
    assert message["Subject"] == mail.subject == "Your refund of 9.00 €"
    assert message["Message-ID"] == f"<{mail.pk}@northwind.example>"
    assert message["X-Company"] == str(tenant.pk)
    assert message["Auto-Submitted"] == "auto-generated"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain.get_content().strip().splitlines() == mail.text.strip().splitlines()
    assert html.get_content().strip().splitlines() == mail.html.strip().splitlines()
    sent = OutboxEvent.objects.get(name="notifications.mail_sent")
    assert (sent.payload["mail_id"], sent.payload["kind"]) == (str(mail.pk), "test.mail")


def test_an_event_that_is_delivered_again_writes_nothing_again(tenant, mail_server):
    event = happened()
    kind = kind_of(to("ada@x.example"), to("grace@x.example"))
    assert len(written(kind, event)) == 2
    assert written(kind, event) == []
    assert len(written(kind, happened())) == 2
    run_until_quiet()
    assert len(mail_server.taken) == 4


def test_everybody_reads_their_own_language(tenant, mail_server):
    drafts = (to("ada@x.example", language="de", name="Ada"), to("grace@x.example", name="Grace"))
    mails = written(kind_of(*drafts), happened())
    assert [mail.language for mail in mails] == ["de", "en"]
    assert mails[0].subject == "Ihre Erstattung über 9,00 €"
    assert "Guten Tag Ada" in mails[0].text
    assert "Hello Grace" in mails[1].text


def test_attachments_are_loaded_when_the_mail_leaves(tenant, mail_server):
    source = AttachmentSource(key="test.files", load=lambda file_id: FILE)
    draft = to()
    attached = MailDraft(
        to=draft.to,
        values=draft.values,
        attachments=(Attachment(source="test.files", id=uuid4()),),
    )
    written(kind_of(attached), happened())
    with attachment_sources.filled(source):
        run_until_quiet()
    (message,) = mail_server.taken
    (part,) = message.iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("invoice-7.pdf", "application/pdf")
    assert part.get_content() == b"%PDF-7"


def test_a_refused_mail_is_shown_to_staff_and_told(tenant, mail_server):
    mail_server.answers.to_recipient = "550 no such user"
    (mail,) = written(kind_of(to()), happened())
    run_until_quiet()
    mail.refresh_from_db()
    assert (mail.state, mail.sent_at) == ("refused", None)
    assert "550 no such user" in mail.server_answer
    assert "550 no such user" in AttentionItem.objects.get().sentence
    assert OutboxEvent.objects.filter(name="notifications.mail_refused").count() == 1


def test_a_busy_server_is_tried_again_with_the_same_message_id(tenant, mail_server):
    mail_server.answers.to_message = "451 busy"
    (mail,) = written(kind_of(to()), happened())
    run_until_quiet()
    mail.refresh_from_db()
    assert mail.state == "queued"
    mail_server.answers.to_message = "250 OK"
    Operation.objects.update(next_attempt_at=system_now())
    run_until_quiet()
    mail.refresh_from_db()
    assert mail.state == "sent"
    assert [message["Message-ID"] for message in mail_server.taken] == [mail.message_id]


def test_a_name_cannot_add_a_header_or_an_address(tenant, mail_server):
    written(kind_of(to(name="Ada\r\nBcc: eve@x.example <eve@x.example>, ")), happened())
    run_until_quiet()
    (message,) = mail_server.taken
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == ["ada@x.example"]
    assert mail_server.answers.recipients == ["ada@x.example"]


def test_a_code_stands_in_the_mail_and_in_no_row(tenant, mail_server):
    user = UserFactory(email="ada@x.example")
    row = email_code_send(
        actor=SYSTEM,
        tenant=tenant,
        purpose=EmailCodePurpose.SIGN_UP,
        email=user.email,
        user=user,
    )
    run_until_quiet()
    (message,) = mail_server.taken
    text = message.get_body(("plain",)).get_content()
    code = next(line.strip() for line in text.splitlines() if line.startswith("    "))
    mail = Mail.objects.get()
    assert (len(code.replace(" ", "")), mail.has_secret, mail.state) == (6, True, "sent")
    assert f"{tenant.base_url}/confirm-email/" in text
    for kept in (mail.text, mail.html, str(mail.values), mail.subject):
        assert code not in kept
        assert "/confirm-email/" not in kept
    assert EmailCode.objects.get().pk == row.pk


def test_a_code_that_was_used_meanwhile_is_not_mailed_any_more(tenant, mail_server):
    user = UserFactory()
    mail_server.answers.to_message = "451 busy"
    email_code_send(
        actor=SYSTEM,
        tenant=tenant,
        purpose=EmailCodePurpose.SIGN_UP,
        email=user.email,
        user=user,
    )
    run_until_quiet()
    EmailCode.objects.update(used_at=system_now())
    mail_server.answers.to_message = "250 OK"
    Operation.objects.update(next_attempt_at=system_now(), sent_at=None)
    run_until_quiet()
    assert mail_server.taken == []
    mail = Mail.objects.get()
    assert mail.state == "dropped"
    with pytest.raises(MailNotRepeatable):
        mail_send_again(actor=staff("mails:send"), mail_id=mail.pk)
    assert Mail.objects.count() == 1


def test_a_mail_is_sent_again_as_a_mail_of_its_own(tenant, mail_server):
    (first,) = written(kind_of(to()), happened())
    run_until_quiet()
    again = mail_send_again(actor=staff("mails:send"), mail_id=first.pk)
    run_until_quiet()
    again.refresh_from_db()
    assert (again.repeat_of, again.state, again.text) == (first, "sent", first.text)
    identities = {message["Message-ID"] for message in mail_server.taken}
    assert identities == {first.message_id, again.message_id}
    assert AuditEntry.objects.get(act="notifications.mail_send_again").subject_id == again.pk


def test_sending_again_needs_the_permission_and_a_mail(tenant):
    (mail,) = written(kind_of(to()), happened())
    with pytest.raises(NotPermitted):
        mail_send_again(actor=staff("mails:read"), mail_id=mail.pk)
    with pytest.raises(MailNotFound):
        mail_send_again(actor=staff("mails:send"), mail_id=uuid4())
    assert Mail.objects.count() == 1


def test_a_customer_sees_what_was_sent_about_it_without_secrets(tenant, mail_server):
    ours, theirs = CustomerFactory(), CustomerFactory()
    (mine,) = written(kind_of(to()), happened(customer_id=ours.pk))
    written(kind_of(to()), happened(customer_id=theirs.pk))
    run_until_quiet()
    (waiting,) = written(kind_of(to()), happened(customer_id=ours.pk))
    secret = kind_of(to(), secrets=lambda values: {})
    written(secret, happened(customer_id=ours.pk))
    assert list(mails_for(portal(ours.pk))) == [mine]
    with pytest.raises(MailNotFound):
        mail_by_id(waiting.pk, actor=portal(ours.pk))
    assert mails_for(staff("mails:read")).count() == 4
    with pytest.raises(NotPermitted):
        mails_for(staff("customers:read"))


def test_all_contacts_of_a_purpose_are_written_to(tenant):
    customer = CustomerFactory(email="ada@x.example", language="de", time_zone="Europe/Vienna")
    for name in ("Bill", "Cora"):
        data = ContactData(name=name, email=f"{name}@x.example", purposes=("billing",))
        contact_add(actor=staff("contacts:create"), customer=customer, contact=data)
    found = recipients_of_customer(customer.pk, "billing")
    assert [(one.email, one.language) for one in found] == [
        ("Bill@x.example", "de"),
        ("Cora@x.example", "de"),
    ]
    (only,) = recipients_of_customer(customer.pk, "technical")
    assert (only.email, only.time_zone) == ("ada@x.example", "Europe/Vienna")
    assert recipients_of_customer(UUID(int=0)) == []


def test_a_mail_is_declared_once():
    with pytest.raises(ValueError, match="filled twice"):
        declare_customer_mail(
            key="billing.refund",
            event="billing.refund_settled",
            template="email/refund.html",
            trigger="Again.",
            values=lambda event: {},
        )
