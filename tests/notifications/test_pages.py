"""Mails on the customer page, in their own list, and in the portal."""

from contextvars import copy_context

from django.test import Client
from django.urls import reverse

from accounts.services.roles import tenant_roles_seed
from notifications.models import Mail
from notifications.services import message_id_for
from tests.desk import Desk, text_of
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.customers import CustomerFactory


def kept(customer_id, **values):
    given = {
        "kind": "billing.refund",
        "customer_id": customer_id,
        "from_email": "office@northwind.example",
        "to_email": "ada@x.example",
        "language": "en",
        "subject": "Your refund",
        "text": "It is on its way:\nhttp://x.example/billing <script>alert(1)</script>",
        "html": "<p>It is on its way.</p>",
        "state": "sent",
        "sent_at": "2026-03-01T09:00Z",
        "server_answer": "250 OK: queued as 17",
    }
    mail = Mail(**{**given, **values})
    mail.message_id = message_id_for(mail.pk, mail.from_email)
    mail.save()
    return mail


def test_staff_see_each_mail_as_it_was_sent_and_send_it_again(tenant):
    desk = Desk(tenant, "support")
    mail = kept(CustomerFactory().pk)
    assert "Your refund" in text_of(desk.get("admin:notifications_mail_changelist"))
    page = text_of(desk.get("admin:notifications_mail_change", mail.pk))
    assert "250 OK: queued as 17" in page
    assert "It is on its way" in page
    assert "<script>alert" not in page
    desk.post("admin:notifications_mail_act", mail.pk, "again")
    assert Mail.objects.filter(repeat_of=mail).count() == 1


def test_a_mail_that_is_on_its_way_has_no_button(tenant):
    desk = Desk(tenant, "support")
    mail = kept(CustomerFactory().pk, state="queued", sent_at=None)
    assert "/act/again/" not in text_of(desk.get("admin:notifications_mail_change", mail.pk))
    late = desk.post("admin:notifications_mail_act", mail.pk, "again")
    assert "no longer possible" in text_of(late)
    assert Mail.objects.count() == 1


def test_who_may_not_read_mails_sees_none(tenant):
    editor = Desk(tenant, "editor")
    mail = kept(CustomerFactory().pk)
    assert editor.get("admin:notifications_mail_changelist").status_code == 403
    assert editor.post("admin:notifications_mail_act", mail.pk, "again").status_code == 403
    assert Mail.objects.count() == 1


def test_the_customer_page_shows_the_mails(tenant):
    customer = CustomerFactory()
    kept(customer.pk, state="refused", server_answer="550 no such user")
    page = text_of(Desk(tenant, "support").get("admin:customers_customer_change", customer.pk))
    assert "Your refund" in page
    assert "550 no such user" in page
    moderator = Desk(tenant, "moderator")
    hidden = text_of(moderator.get("admin:customers_customer_change", customer.pk))
    assert "Your refund" not in hidden


def logged_in(tenant, customer):
    """Return how the customer's browser opens a page."""
    tenant_roles_seed(tenant)
    account = PortalAccountFactory(customer_id=customer.pk)
    client = Client()
    values = {"name": account.portal_id, "password": PASSWORD}
    copy_context().run(client.post, reverse("accounts:log_in"), values)
    return lambda name, *args: copy_context().run(client.get, reverse(name, args=args))


def test_a_customer_reads_the_mails_it_got(tenant):
    customer = CustomerFactory()
    mail = kept(customer.pk)
    waiting = kept(customer.pk, state="queued", sent_at=None, subject="Not yet")
    secret = kept(customer.pk, has_secret=True, subject="Your code")
    foreign = kept(CustomerFactory().pk, subject="To somebody else")
    opened = logged_in(tenant, customer)
    listed = text_of(opened("notifications:mails"))
    assert "Your refund" in listed
    for hidden in ("Not yet", "Your code", "To somebody else"):
        assert hidden not in listed
    page = text_of(opened("notifications:mail", mail.pk))
    assert '<a href="http://x.example/billing"' in page
    assert "<script>alert" not in page
    for row in (waiting, secret, foreign):
        assert opened("notifications:mail", row.pk).status_code == 404


def test_an_empty_list_says_what_would_be_there(tenant):
    assert "No mails yet" in text_of(logged_in(tenant, CustomerFactory())("notifications:mails"))


def test_a_visitor_is_sent_to_the_log_in(tenant):
    answer = copy_context().run(Client().get, reverse("notifications:mails"))
    assert answer.status_code == 302
